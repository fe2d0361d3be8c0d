import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { ServerKeys } from "./server_keys.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";

const FAR = "https://api.example.com";

Deno.test("ServerKeys tells a key to its own origin alone, and knows it at the next start", async () => {
  await using folder = await tempFolder();
  const keys = await ServerKeys.open(folder.path);
  await keys.set([`${FAR}:443/v1`], "sk-hush");
  for (const known of [keys, await ServerKeys.open(folder.path)]) {
    assertEquals(known.headerFor(`${FAR}/other`), "Bearer sk-hush");
    for (const other of ["http://api.example.com", `${FAR}:8443`, "https://example.com", `${FAR}.evil.net`]) {
      assertEquals(known.headerFor(other), undefined, other);
    }
  }
  await keys.set([FAR], undefined);
  assertEquals((await ServerKeys.open(folder.path)).headerFor(FAR), undefined);
});

Deno.test({
  name: "ServerKeys keeps its file to its owner, also one that was copied with other rights",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await tempFolder();
    const path = join(folder.path, "keys.json");
    const mode = async () => ((await Deno.stat(path)).mode ?? 0) & 0o777;
    await (await ServerKeys.open(folder.path)).set([FAR], "sk-hush");
    assertEquals(await mode(), 0o600);
    await Deno.chmod(path, 0o644);
    await ServerKeys.open(folder.path);
    assertEquals(await mode(), 0o600);
  },
});

Deno.test("ServerKeys never repeats a key that is none, or what is in a damaged file", async () => {
  await using folder = await tempFolder();
  const keys = await ServerKeys.open(folder.path);
  const refused = await assertRejects(() => keys.set([FAR], "hush hush"), ConfigError, "without spaces");
  assertEquals(refused.message.includes("hush"), false);
  await Deno.writeTextFile(join(folder.path, "keys.json"), '{"a": hush');
  const damaged = await assertRejects(() => ServerKeys.open(folder.path), ConfigError, "Cannot read the keys");
  assertEquals(Deno.inspect(damaged).includes("hush"), false);
});

Deno.test("ServerKeys takes up what another process has kept in the same folder, and undoes none of it", async () => {
  await using folder = await tempFolder();
  const keys = await ServerKeys.open(folder.path);
  const others = await ServerKeys.open(folder.path);
  await others.set([FAR], "sk-far");
  assertEquals(await keys.reload(), true);
  assertEquals([keys.headerFor(FAR), await keys.reload()], ["Bearer sk-far", false]);
  await others.set(["http://near.example"], "sk-near");
  await keys.set([FAR], "sk-new");
  const now = await ServerKeys.open(folder.path);
  assertEquals([FAR, "http://near.example"].map((one) => now.headerFor(one)), ["Bearer sk-new", "Bearer sk-near"]);
});
