import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { addModel, type Upload, type UploadedFile } from "./add_model.ts";
import { type Files, moc3, modelFiles, PNG, tempFolder, zipOf } from "./model_fixture.ts";
import { ModelError } from "./model_error.ts";

/** A folder as it waits on disk: each file under a number. */
async function folderOf(files: Files, under = ""): Promise<Upload> {
  const uploaded = new Map<string, UploadedFile>();
  for (const [path, content] of Object.entries(files)) uploaded.set(under + path, await waiting(content));
  return { files: uploaded };
}

async function waiting(content: string | Uint8Array): Promise<UploadedFile> {
  const path = join(uploads, crypto.randomUUID());
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(path, bytes);
  return { path, size: bytes.length };
}

let uploads = "";
Deno.test.beforeAll(async () => void (uploads = await Deno.makeTempDir({ prefix: "vtuber-test-" })));
Deno.test.afterAll(() => Deno.remove(uploads, { recursive: true }));

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("keepModel() keeps a zip as it came, named after its entry file", async () => {
  await using temp = await tempFolder();
  const zip = await zipOf({ ...modelFiles(), "readme.txt": "thanks" });
  const kept = await addModel(temp.path, { zip: await waiting(zip), name: "download (1).zip" }, []);
  assertEquals(kept, { name: "Mia", path: join(temp.path, "Mia.zip"), warnings: [] });
  assertEquals(await Deno.readFile(kept.path), zip);
});

Deno.test("keepModel() keeps a folder with all but what file managers leave behind", async () => {
  await using temp = await tempFolder();
  const files = { ...modelFiles(), "extra/notes.txt": "mine", ".DS_Store": "x", "Thumbs.db": "x" };
  const kept = await addModel(temp.path, await folderOf(files, "/Mia folder/"), []);
  assertEquals([kept.name, kept.path], ["Mia", join(temp.path, "Mia")]);
  assertEquals(await namesIn(join(kept.path, "Mia folder")), [
    "Mia.moc3",
    "Mia.model3.json",
    "Mia.physics3.json",
    "extra",
    "idle.motion3.json",
    "idle.wav",
    "smile.exp3.json",
    "textures",
  ]);
});

Deno.test("keepModel() finds a name that is free, and one that a file system takes", async () => {
  await using temp = await tempFolder();
  const zip = await zipOf(modelFiles());
  assertEquals((await addModel(temp.path, { zip: await waiting(zip), name: "a.zip" }, ["mia"])).name, "Mia 2");
  assertEquals((await addModel(temp.path, await folderOf(modelFiles()), ["Mia"])).name, "Mia 3");
  const entry = JSON.stringify({ Version: 3, FileReferences: { Moc: "a.moc3", Textures: ["a.png"] } });
  const nameless = { "model.model3.json": entry, "a.moc3": moc3(), "a.png": PNG };
  assertEquals(
    (await addModel(temp.path, { zip: await waiting(await zipOf(nameless)), name: "ミク.zip" }, [])).name,
    "ミク",
  );
  assertEquals((await addModel(temp.path, await folderOf(nameless, "Luna/"), [])).name, "Luna");
  const inner = await zipOf(Object.fromEntries(Object.entries(nameless).map(([path, file]) => [`Yuki/${path}`, file])));
  assertEquals((await addModel(temp.path, { zip: await waiting(inner), name: "a.zip" }, [])).name, "Yuki");
});

Deno.test("keepModel() tells what a model lacks that can be done without", async () => {
  await using temp = await tempFolder();
  const { warnings } = await addModel(temp.path, await folderOf(modelFiles({ "smile.exp3.json": undefined })), []);
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0]?.includes("smile.exp3.json is missing"), true, warnings[0]);
});

Deno.test("keepModel() refuses what cannot be shown, names why, and keeps nothing", async () => {
  const text = new TextEncoder().encode("hello");
  const cases: [upload: Upload, kind: string, words: string][] = [
    [{ zip: await waiting(text), name: "x.zip" }, "bad_zip", "Cannot read x.zip as a zip"],
    [{ zip: await waiting(await zipOf({ "a.txt": "a" })), name: "x.zip" }, "bad_entry", "there is no .model3.json"],
    [await folderOf(modelFiles({ "textures/texture_00.png": undefined })), "missing_file", "texture_00.png is missing"],
    [await folderOf(modelFiles({ "Mia.moc3": "text" })), "bad_file", "Mia.moc3 is not a Live2D model file"],
    [await folderOf({ ...modelFiles(), "../../evil.txt": "x" }), "unsafe_path", "leads out of it"],
    [await folderOf({ ...modelFiles(), "C:\\evil.txt": "x" }), "unsafe_path", "leads out of it"],
    [await folderOf({ ...modelFiles(), "a\0b": "x" }), "unsafe_path", "leads out of it"],
    [{ files: new Map() }, "bad_entry", "there is no .model3.json"],
  ];
  for (const [upload, kind, words] of cases) {
    await using temp = await tempFolder();
    const error = await assertRejects(() => addModel(temp.path, upload, []), ModelError, words);
    assertEquals([error.problems[0].kind, await namesIn(temp.path)], [kind, []], words);
  }
});
