import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { Secrets } from "./secrets.ts";

const onUnix = Deno.build.os !== "windows";

Deno.test("Secrets survive a restart, and are readable by nobody else", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "secrets.json");
  const mode = async () => onUnix ? (await Deno.stat(file)).mode! & 0o777 : 0o600;
  const first = await Secrets.open(folder);
  assertEquals([first.guestToken, await mode()], [undefined, 0o600]);
  await first.makeGuestToken();
  const token = first.guestToken;
  const second = await Secrets.open(folder);
  assertEquals([second.guestToken, second.cookieKey], [token, first.cookieKey]);
  await Promise.all([second.makeGuestToken(), second.makeGuestToken()]);
  assertNotEquals(second.guestToken, token);
  assertEquals((await Secrets.open(folder)).guestToken, second.guestToken);
  await second.revokeGuestToken();
  if (onUnix) await Deno.chmod(file, 0o644);
  const third = await Secrets.open(folder);
  assertEquals([third.guestToken, third.cookieKey, await mode()], [undefined, first.cookieKey, 0o600]);
  await Deno.writeTextFile(file, "{");
  await assertRejects(() => Secrets.open(folder), Error, `Cannot read the secrets in ${file}`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Secrets: processes that begin at the same moment have the same key", async () => {
  const folder = await Deno.makeTempDir();
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => Secrets.open(folder)));
  for (const { cookieKey } of others) assertEquals(cookieKey, first!.cookieKey);
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["secrets.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "Secrets: a link that was taken back opens nothing, even where that cannot be stored",
  ignore: !onUnix,
  async fn() {
    const folder = await Deno.makeTempDir();
    const secrets = await Secrets.open(folder);
    await secrets.makeGuestToken();
    await Deno.remove(folder, { recursive: true });
    await Deno.writeTextFile(folder, "a file where the folder was");
    await assertRejects(() => secrets.revokeGuestToken());
    assertEquals(secrets.guestToken, undefined);
    await Deno.remove(folder);
  },
});
