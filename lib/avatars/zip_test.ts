import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TextReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { checkModel } from "./check_model.ts";
import { readWhole } from "./file_tree.ts";
import { ModelError } from "./model_error.ts";
import { modelFiles, zipOf } from "./model_fixture.ts";
import { ReadBudget, type ReadLimits } from "./read_budget.ts";
import { openZip } from "./zip.ts";

Deno.test("openZip() lists files without what file managers leave behind", async () => {
  const tree = await openZip(
    await zipOf({
      "a/b.txt": "x",
      "__MACOSX/a/._b.txt": "x",
      "a/._b.txt": "x",
      "a/.DS_Store": "x",
      "a/Thumbs.db": "x",
      "a/items_pinned_to_model.json": "{}",
      "win\\c.txt": "x",
    }),
    "test.zip",
  );
  assertEquals(tree.paths, ["a/b.txt", "win/c.txt"]);
  assertEquals(new TextDecoder().decode(await readWhole(tree, "a/b.txt", 1)), "x");
});

Deno.test("openZip() refuses a zip with a name that leads out of it", async () => {
  for (const name of ["../evil.txt", "a/../../evil.txt", "/etc/evil", "C:\\evil", "a\\..\\..\\evil"]) {
    const error = await assertRejects(
      async () => await openZip(await zipOf({ "a.txt": "", [name]: "x" }), "bad.zip"),
      ModelError,
    );
    assertEquals(error.problems[0].kind, "unsafe_path", name);
    assertStringIncludes(error.message, "bad.zip is refused: the name");
  }
});

Deno.test("openZip() says that something else is no zip", async () => {
  for (
    const bytes of [
      new Uint8Array(),
      new TextEncoder().encode("<html>Not found</html>"),
      (await zipOf({ a: "x" })).slice(0, 40),
    ]
  ) {
    const error = await assertRejects(() => openZip(bytes, "page.zip"), ModelError, "Cannot read page.zip as a zip");
    assertEquals(error.problems[0].kind, "bad_zip");
  }
});

Deno.test("stream() says that a file of the zip is damaged, encrypted or bigger than announced", async () => {
  const whole = await zipOf({ "a.txt": "hello hello hello hello hello hello" });
  const damaged = whole.slice();
  damaged.fill(0xff, 44, 50); // Past the local header: 30 bytes, the name, and 9 bytes of extra fields.
  const bomb = whole.slice();
  const directory = new DataView(bomb.buffer, findDirectory(bomb));
  directory.setUint32(24, 5, true);
  const writer = new ZipWriter(new Uint8ArrayWriter(), { password: "secret" });
  await writer.add("a.txt", new TextReader("hello"));
  const encrypted = new Uint8Array(await writer.close());

  for (
    const [bytes, message] of [[damaged, "is damaged"], [bomb, "is damaged"], [encrypted, "is encrypted"]] as const
  ) {
    const tree = await openZip(bytes, "x.zip");
    const error = await assertRejects(() => readWhole(tree, "a.txt", 1_000), ModelError, message);
    assertEquals(error.problems[0].kind, "bad_zip");
  }
});

Deno.test("stream() takes no more of a file than is wanted", async () => {
  const tree = await openZip(await zipOf({ "a.txt": "hello hello hello" }), "x.zip");
  const error = await assertRejects(() => readWhole(tree, "a.txt", 10), ModelError);
  assertEquals(error.problems[0], {
    kind: "too_big",
    path: "a.txt",
    message: "The file a.txt is too big: at most 10 bytes are read",
  });
});

Deno.test("stream() does not believe a zip that announces gigabytes", async () => {
  const bytes = await zipOf({ "a.txt": "hello hello hello" });
  new DataView(bytes.buffer, findDirectory(bytes)).setUint32(24, 0xfffffff0, true);
  const tree = await openZip(bytes, "x.zip");
  await assertRejects(() => tree.stream("a.txt", () => {}), ModelError, "is damaged");
});

Deno.test("everything that reads a zip spends from one budget", async () => {
  const files = { "a.txt": "x".repeat(600), "b.txt": "x".repeat(600) };
  const read = async (limits: Partial<ReadLimits>, ...paths: string[]) => {
    const tree = await openZip(await zipOf(files), "x.zip", new ReadBudget(limits));
    for (const path of paths) await tree.stream(path, () => {});
  };
  await read({ bytes: 1_200, files: 2 }, "a.txt", "b.txt");
  // The same file twice counts twice.
  for (const limits of [{ bytes: 1_199 }, { files: 1 }, { seconds: 0 }]) {
    const error = await assertRejects(() => read(limits, "a.txt", "a.txt"), ModelError, "x.zip is refused: reading it");
    assertEquals(error.problems[0].kind, "too_big");
  }
});

Deno.test("reading a zip ends with the signal of its budget", async () => {
  const left = AbortSignal.abort(new Error("the visitor has left"));
  const opened = async () => await openZip(await zipOf({ a: "x" }), "x.zip", new ReadBudget({}, left));
  await assertRejects(opened, Error, "the visitor has left");
});

Deno.test("openZip() reads names without the UTF-8 flag in the encoding in which the model names its files", async () => {
  const cases: [encoding: string, name: string][] = [
    ["utf-8", "日和ひより"],
    ["shift_jis", "日和ひより"],
    ["shift_jis", "表情ソ能"], // The second bytes of these are "\" in ASCII.
    ["gb18030", "小可爱模型"],
    ["big5", "可愛模型"],
    ["euc-kr", "모델하나"],
  ];
  for (const [encoding, name] of cases) {
    const files = Object.entries(modelFiles({}, name)).map(([path, content]) => [`${name}/${path}`, content]);
    const tree = await openZip(await zipOf(Object.fromEntries(files), encoding), `${name}.zip`);
    const model = await checkModel(tree);
    assertEquals([model.entry, model.warnings], [`${name}.model3.json`, []], encoding);
  }
});

/** Offset of the first record of the zip's central directory. */
function findDirectory(bytes: Uint8Array): number {
  return bytes.findIndex((_, i) =>
    bytes[i] === 0x50 && bytes[i + 1] === 0x4b && bytes[i + 2] === 1 && bytes[i + 3] === 2
  );
}
