import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { contentOf, type FileContent, type TakeChunk } from "./file_tree.ts";
import { fillFolder } from "./fill_folder.ts";
import { tempFolder, writeFiles } from "./model_fixture.ts";

function bytes(files: Record<string, string>): Map<string, FileContent> {
  return new Map(Object.entries(files).map(([path, text]) => [path, contentOf(new TextEncoder().encode(text))]));
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("fillFolder() makes the folder hold just the files, and leaves nothing beside it", async () => {
  await using temp = await tempFolder();
  const folder = join(temp.path, "static/model");
  assertEquals(await fillFolder(folder, bytes({ "a.txt": "1", "sub/b.txt": "2" })), true);
  assertEquals([names(folder), names(join(folder, "sub"))], [["a.txt", "sub"], ["b.txt"]]);
  assertEquals(await fillFolder(folder, bytes({ "c.txt": "3" })), true);
  assertEquals([names(folder), names(join(temp.path, "static"))], [["c.txt"], ["model"]]);
});

Deno.test("fillFolder() touches nothing when the files are already there, and mends what is not", async () => {
  await using temp = await tempFolder();
  const folder = join(temp.path, "model");
  const files = bytes({ "a.txt": "1", "sub/b.txt": "2" });
  await fillFolder(folder, files);
  const past = new Date("2020-01-01T00:00:00Z");
  await Deno.utime(join(folder, "a.txt"), past, past);
  assertEquals(await fillFolder(folder, files), false);
  assertEquals((await Deno.stat(join(folder, "a.txt"))).mtime, past);
  for (const damage of [{ "a.txt": "x" }, { "a.txt": "longer" }, { "stray.txt": "x" }]) {
    await writeFiles(folder, damage as Record<string, string>);
    assertEquals(await fillFolder(folder, files), true);
    assertEquals([names(folder), await Deno.readTextFile(join(folder, "a.txt"))], [["a.txt", "sub"], "1"]);
  }
});

Deno.test("fillFolder() unpacks nothing again that its digest shows to be there", async () => {
  await using temp = await tempFolder();
  const folder = join(temp.path, "model");
  const text = new TextEncoder().encode("moc");
  let unpacked = 0;
  const stream = async (take: TakeChunk) => {
    unpacked++;
    await take(text);
  };
  const digest = createHash("sha256").update(text).digest("hex");
  const files = new Map([["a.moc3", { size: text.length, digest, stream }]]);
  assertEquals([await fillFolder(folder, files), unpacked], [true, 1]);
  assertEquals([await fillFolder(folder, files), unpacked], [false, 1]);
  await writeFiles(folder, { "a.moc3": "mox" });
  assertEquals([await fillFolder(folder, files), unpacked], [true, 2]);
  assertEquals(await Deno.readTextFile(join(folder, "a.moc3")), "moc");
});

Deno.test("fillFolder() leaves the old files when the new ones cannot be written", async () => {
  await using temp = await tempFolder();
  const folder = join(temp.path, "model");
  await fillFolder(folder, bytes({ "a.txt": "1" }));
  await assertRejects(() => fillFolder(folder, bytes({ "b": "2", "b/c.txt": "a file cannot be below a file" })));
  assertEquals([names(temp.path), names(folder)], [["model"], ["a.txt"]]);
});

Deno.test("fillFolder() removes what a killed run has left, and nothing else", async () => {
  await using temp = await tempFolder();
  const left = join(temp.path, ".model-building-old");
  await writeFiles(temp.path, { ".model-building-old/a": "", ".model-building-new/a": "", ".modelled/a": "" });
  const past = new Date("2020-01-01T00:00:00Z");
  await Deno.utime(left, past, past);
  await fillFolder(join(temp.path, "model"), bytes({ "a.txt": "1" }));
  assertEquals(names(temp.path), [".model-building-new", ".modelled", "model"]);
});

Deno.test("fillFolder() can be called several times at once", async () => {
  for (let round = 0; round < 40; round++) {
    await using temp = await tempFolder();
    const folder = join(temp.path, "model");
    const files = bytes(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}/a.txt`, "x".repeat(1000)])));
    if (round % 2 === 1) await fillFolder(folder, bytes({ "old.txt": "1" }));
    await Promise.all(Array.from({ length: 4 }, () => fillFolder(folder, files)));
    assertEquals([names(temp.path), names(folder).length], [["model"], 20]);
  }
});
