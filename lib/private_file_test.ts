import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { z } from "zod";
import { PrivateFile, UnreadableFile } from "./private_file.ts";

const onUnix = Deno.build.os !== "windows";

/** A file that is not there yet, in a folder that is not there either. */
async function fresh() {
  const root = await Deno.makeTempDir();
  const path = join(root, "data", "keys.json");
  return {
    path,
    file: new PrivateFile(path, z.object({ key: z.string() })),
    mode: async () => onUnix ? (await Deno.stat(path)).mode! & 0o777 : 0o600,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("PrivateFile keeps to its user what it is given last, also where it was copied with other rights", async () => {
  await using there = await fresh();
  const { file, path, mode } = there;
  assertEquals(await file.read(), undefined);
  await file.write({ key: "a" });
  assertEquals(await mode(), 0o600);
  const writing = ["b", "c", "d"].map((key) => file.write({ key }));
  assertEquals(await file.read(), { key: "d" });
  await Promise.all(writing);
  if (onUnix) await Deno.chmod(path, 0o644);
  assertEquals([await file.read(), await mode()], [{ key: "d" }, 0o600]);
});

Deno.test("PrivateFile.readOrMake() makes one file, however many begin with none", async () => {
  await using there = await fresh();
  const { file, path, mode } = there;
  const made = await Promise.all(["a", "b", "c", "d"].map((key) => file.readOrMake(() => ({ key }))));
  const kept = await file.read();
  assertEquals(made, made.map(() => kept!));
  assertEquals([...Deno.readDirSync(join(path, ".."))].map(({ name }) => name), ["keys.json"]);
  assertEquals([await file.readOrMake(() => ({ key: "e" })), await mode()], [kept, 0o600]);
});

Deno.test("PrivateFile.change() goes on from what is in it, whoever has written that, and however many do so at once", async () => {
  await using there = await fresh();
  const { file, path } = there;
  const grow = (letter: string) => file.change((kept) => ({ key: `${kept?.key ?? ""}${letter}` }));
  assertEquals(await grow("a"), { key: "a" });
  await Deno.writeTextFile(path, '{"key": "b"}');
  const grown = await Promise.all(["c", "d"].map(grow));
  assertEquals([...grown, await file.read()], [{ key: "bc" }, { key: "bcd" }, { key: "bcd" }]);
});

Deno.test("PrivateFile.read() never repeats what is in a damaged file", async () => {
  await using there = await fresh();
  await there.file.write({ key: "" });
  for (const text of ['{"key": hush', '{"hush": 1}', "[]"]) {
    await Deno.writeTextFile(there.path, text);
    const error = await assertRejects(() => there.file.read(), UnreadableFile, "damaged");
    assertEquals(Deno.inspect(error).includes("hush"), false);
  }
});

Deno.test("PrivateFile.write() goes on after a write that has failed", async () => {
  await using there = await fresh();
  const folder = join(there.path, "..");
  await Deno.writeTextFile(folder, "a file where the folder is wanted");
  await assertRejects(() => there.file.write({ key: "a" }));
  await Deno.remove(folder);
  await there.file.write({ key: "b" });
  assertEquals(await there.file.read(), { key: "b" });
});
