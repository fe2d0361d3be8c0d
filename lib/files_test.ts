import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { changedAt, exists, ifThere, isOlder, removeIfThere, writeWhole } from "./files.ts";

Deno.test("what is not there is no error, and whatever else is one is thrown", async () => {
  await using folder = await temporary();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "x");
  for (const path of [join(folder.path, "none"), join(file, "below")]) {
    assertEquals([await exists(path), await changedAt(path), await isOlder(path, 0)], [false, Infinity, false]);
    assertEquals(await ifThere(Deno.readTextFile(path)), undefined);
  }
  await assertRejects(() => ifThere(Deno.readTextFile(folder.path)));
  assertEquals([await exists(file), await exists(folder.path)], [true, true]);
  await Deno.utime(file, new Date(1_000), new Date(2_000));
  assertEquals([await changedAt(file), await isOlder(file, 1_000)], [2_000, true]);
  assertEquals(await isOlder(file, Date.now()), false);
});

Deno.test("removeIfThere() takes files and whole folders", async () => {
  await using folder = await temporary();
  await Deno.mkdir(join(folder.path, "a/b"), { recursive: true });
  await Deno.writeTextFile(join(folder.path, "file"), "x");
  for (const name of ["a", "file", "none"]) await removeIfThere(join(folder.path, name));
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("writeWhole() writes only what is new", async () => {
  await using folder = await temporary();
  const path = join(folder.path, "a/b.json");
  const written = [await writeWhole(path, "1"), await writeWhole(path, "1"), await writeWhole(path, "2")];
  assertEquals(written, [true, false, true]);
  const names = [...Deno.readDirSync(join(folder.path, "a"))].map(({ name }) => name);
  assertEquals([await Deno.readTextFile(path), names], ["2", ["b.json"]]);
});

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
