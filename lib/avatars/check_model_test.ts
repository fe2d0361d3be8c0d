import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { checkModel, refuseNewerThanCore } from "./check_model.ts";
import { openFolder } from "./file_tree.ts";
import { ModelError, type ProblemKind } from "./model_error.ts";
import { type Files, moc3, modelFiles, PNG, tempFolder, textOf, writeFiles, zipOf } from "./model_fixture.ts";
import { openZip } from "./zip.ts";

async function zipTree(files: Files) {
  return await openZip(await zipOf(files), "mia");
}

function entryNaming(references: Record<string, unknown>): Files {
  return { "Mia.model3.json": JSON.stringify({ FileReferences: references }), "Mia.moc3": moc3(), "a.png": PNG };
}

Deno.test("checkModel() takes just the files that the model names", async () => {
  const model = await checkModel(await zipTree(modelFiles({ "readme.txt": "hello", "source/Mia.psd": "big" })));
  assertEquals([...model.files.keys()].sort(), Object.keys(modelFiles()).sort());
  assertEquals([model.entry, model.cubism, model.moc, model.warnings], ["Mia.model3.json", 4, 3, []]);
});

Deno.test("checkModel() finds the entry file however deep it is", async () => {
  const deep = Object.fromEntries(
    Object.entries(modelFiles()).map(([path, content]) => [`mia/runtime/${path}`, content]),
  );
  const tree = await zipTree({ ...deep, "__MACOSX/._Mia.model3.json": "x", "items_pinned_to_model.json": "{}" });
  assertEquals(tree.paths.length, Object.keys(deep).length);
  for (const entry of [undefined, "Mia.model3.json", "mia/runtime/Mia.model3.json", "./mia/runtime/Mia.model3.json"]) {
    const model = await checkModel(tree, entry === undefined ? {} : { entry });
    assertEquals([model.entry, model.files.has("textures/texture_00.png")], ["Mia.model3.json", true]);
  }
});

Deno.test("checkModel() reads Cubism 2", async () => {
  const model = await checkModel(
    await zipTree({
      "model.json": JSON.stringify({
        model: "m.moc",
        textures: ["t.png"],
        motions: { idle: [{ file: "i.mtn", sound: "gone.mp3", fade_in: 5 }, { file: "gone.mtn" }] },
      }),
      "m.moc": "moc\t",
      "t.png": PNG,
      "i.mtn": "# Live2D",
    }),
  );
  assertEquals([model.cubism, model.moc, model.entry], [2, undefined, "model.json"]);
  assertEquals(model.warnings.map(({ message }) => message), [
    "motion gone.mtn is missing",
    "sound gone.mp3 is missing",
  ]);
  const entry = JSON.parse(await textOf(model.files.get("model.json")));
  assertEquals(entry.motions, { idle: [{ file: "i.mtn", fade_in: 5 }] });
});

Deno.test("checkModel() names what keeps a model from being drawn", async () => {
  const cases: [files: Files, kind: ProblemKind, message: string][] = [
    [{ "a.txt": "x" }, "bad_entry", "Cannot show mia: there is no .model3.json (or .model.json of Cubism 2) in it"],
    [modelFiles({ "Mia.model3.json": "{" }), "bad_entry", "Cannot show mia: Mia.model3.json is not JSON"],
    [
      modelFiles({ "Mia.model3.json": "[]" }),
      "bad_entry",
      "Cannot show mia: Mia.model3.json does not describe a Live2D model",
    ],
    [modelFiles({ "Mia.moc3": undefined }), "missing_file", "Cannot show mia: moc Mia.moc3 is missing"],
    [modelFiles({ "Mia.moc3": "moc" }), "bad_file", "Cannot show mia: moc Mia.moc3 is not a Live2D model file"],
    [
      modelFiles({ "textures/texture_00.png": undefined }),
      "missing_file",
      "Cannot show mia: texture textures/texture_00.png is missing",
    ],
    [
      modelFiles({ "textures/texture_00.png": "" }),
      "bad_file",
      "Cannot show mia: texture textures/texture_00.png is empty",
    ],
    [
      modelFiles({ "textures/texture_00.png": "text" }),
      "bad_file",
      "Cannot show mia: texture textures/texture_00.png is not an image",
    ],
    [entryNaming({ Moc: "Mia.moc3" }), "bad_entry", "Cannot show mia: Mia.model3.json names no texture"],
    [entryNaming({ Textures: ["a.png"] }), "bad_entry", "Cannot show mia: Mia.model3.json names no moc"],
  ];
  for (
    const outside of [
      "../a.png",
      "x/../../a.png",
      "/a.png",
      "\\a.png",
      "C:\\a.png",
      "https://example.com/a.png",
      "file:a.png",
    ]
  ) {
    const files = entryNaming({ Moc: "Mia.moc3", Textures: [outside] });
    cases.push([files, "unsafe_path", `Cannot show mia: texture ${outside} leads out of the model's folder`]);
  }
  for (const [files, kind, message] of cases) {
    const error = await assertRejects(async () => await checkModel(await zipTree(files)), ModelError);
    assertEquals([error.message, error.problems[0].kind], [message, kind]);
  }
});

Deno.test("checkModel() does without what leads out of all that was brought, and never reads it", async () => {
  await using folder = await tempFolder();
  await writeFiles(folder.path, {
    "secret.json": '{"secret":true}',
    ...Object.fromEntries(
      Object.entries(entryNaming({ Moc: "Mia.moc3", Textures: ["a.png"], Physics: "../secret.json" })).map(
        ([path, content]) => [`mia/${path}`, content],
      ),
    ),
  });
  const model = await checkModel(await openFolder(`${folder.path}/mia`));
  assertEquals(model.warnings.map(({ message }) => message), [
    "physics ../secret.json leads out of the model's folder",
  ]);
  assertEquals([...model.files.keys()].sort(), ["Mia.moc3", "Mia.model3.json", "a.png"]);
});

Deno.test("checkModel() names all that is wrong at once", async () => {
  const files = modelFiles({ "Mia.moc3": undefined, "textures/texture_00.png": undefined });
  const error = await assertRejects(async () => await checkModel(await zipTree(files)), ModelError);
  assertEquals(error.problems.map(({ kind, path }) => [kind, path]), [
    ["missing_file", "Mia.moc3"],
    ["missing_file", "textures/texture_00.png"],
  ]);
});

Deno.test("checkModel() shows a model without what it can do without, and lets no page ask for it", async () => {
  const model = await checkModel(
    await zipTree(modelFiles({
      "Mia.physics3.json": "<html>",
      "smile.exp3.json": undefined,
      "idle.motion3.json": "{}",
    })),
  );
  assertEquals(model.warnings.map(({ message }) => message), [
    "expression smile.exp3.json is missing",
    "physics Mia.physics3.json is not JSON",
    "motion idle.motion3.json moves nothing",
  ]);
  const { FileReferences } = JSON.parse(await textOf(model.files.get("Mia.model3.json")));
  assertEquals(FileReferences, {
    Moc: "Mia.moc3",
    Textures: ["textures/texture_00.png"],
    Expressions: [],
    Motions: { Idle: [] },
  });
  assertEquals([...model.files.keys()].sort(), ["Mia.moc3", "Mia.model3.json", "textures/texture_00.png"]);
});

Deno.test("checkModel() takes accents composed or apart for the same name", async () => {
  const files = modelFiles({ "Mia.physics3.json": undefined });
  const composed = "がく.physics3.json".normalize("NFC");
  files["Mia.model3.json"] = String(files["Mia.model3.json"]).replace("Mia.physics3.json", composed);
  files[composed.normalize("NFD")] = "{}";
  const model = await checkModel(await zipTree(files));
  assertEquals([model.warnings, model.files.has(composed)], [[], true]);
});

Deno.test("checkModel() writes references as a browser asks for them, whatever a file's name has in it", async () => {
  const names = [
    "a#1.png",
    "50%.png",
    "a%20b.png",
    "two words.png",
    "[x] (y)?.png",
    "été.png",
    "sub\\c#.png",
    "./d.png",
  ];
  const paths = names.map((name) => name.replace("\\", "/").replace("./", ""));
  const entry = { FileReferences: { Moc: "Mia.moc3", Textures: names, Physics: "[p]#.json" } };
  const model = await checkModel(
    await zipTree({
      "Mia.model3.json": JSON.stringify(entry),
      "Mia.moc3": moc3(),
      "[p]#.json": "{}",
      ...Object.fromEntries(paths.map((path) => [path, PNG])),
    }),
  );
  const { FileReferences } = JSON.parse(await textOf(model.files.get("Mia.model3.json")));
  const asked = [...FileReferences.Textures, FileReferences.Physics].map((reference) => {
    const { pathname, search, hash } = new URL(reference, "http://localhost/avatars/0/Mia.model3.json");
    return [decodeURIComponent(pathname), search, hash];
  });
  assertEquals(asked, [...paths, "[p]#.json"].map((path) => [`/avatars/0/${path}`, "", ""]));
  assertEquals(paths.filter((path) => !model.files.has(path)), []);
});

Deno.test("checkModel() refuses a file that the server would not give out, and does without where it can", async () => {
  for (const texture of ["1:2.png", "x/a:b.png"]) {
    const files = { ...entryNaming({ Moc: "Mia.moc3", Textures: [texture] }), [texture]: PNG };
    const error = await assertRejects(async () => await checkModel(await zipTree(files)), ModelError);
    assertEquals(
      error.message,
      `Cannot show mia: texture ${texture} cannot be asked for by a browser: rename it, without a colon or a dot in front`,
    );
  }
  const named = await zipTree({ ...entryNaming({}), "1:2.model3.json": modelFiles()["Mia.model3.json"]! });
  await assertRejects(
    () => checkModel(named, { entry: "1:2.model3.json" }),
    ModelError,
    "entry 1:2.model3.json cannot be asked for by a browser",
  );
  const files = { ...entryNaming({ Moc: "Mia.moc3", Textures: ["a.png"], Physics: "1:2.json" }), "1:2.json": "{}" };
  const model = await checkModel(await zipTree(files));
  assertEquals([model.warnings.length, model.files.has("1:2.json")], [1, false]);
});

Deno.test("checkModel() says which of several models it takes", async () => {
  const tree = await zipTree({ ...modelFiles({}, "Zoe"), ...modelFiles({}, "Mia") });
  const model = await checkModel(tree);
  assertEquals(model.entry, "Mia.model3.json");
  assertEquals(model.warnings.length, 1);
  assertEquals((await checkModel(tree, { entry: "Zoe.model3.json" })).entry, "Zoe.model3.json");
  await assertRejects(
    () => checkModel(tree, { entry: "Ann.model3.json" }),
    ModelError,
    "there is Mia.model3.json, Zoe.model3.json",
  );
});

Deno.test("refuseNewerThanCore() refuses a moc3 that the default Core cannot draw", async () => {
  const check = async (version: number) =>
    refuseNewerThanCore(await checkModel(await zipTree(modelFiles({ "Mia.moc3": moc3(version) }))), "mia.zip");
  for (const version of [1, 5]) await check(version);
  for (const [version, release] of [[6, "Cubism 5.3"], [9, "a newer Cubism (moc3 version 9)"]] as const) {
    await assertRejects(() => check(version), ModelError, `Cannot show mia.zip: it was made with ${release}`);
  }
});

Deno.test("openFolder() follows links, and passes by links to nowhere", async () => {
  await using folder = await tempFolder();
  await using other = await tempFolder();
  await writeFiles(folder.path, modelFiles({ "textures/texture_00.png": undefined }));
  await writeFiles(other.path, { "texture_00.png": PNG });
  await Deno.symlink(other.path, `${folder.path}/textures`, { type: "dir" });
  await Deno.symlink(`${folder.path}/nowhere`, `${folder.path}/dangling`, { type: "file" });
  const model = await checkModel(await openFolder(folder.path, "mia"));
  assertEquals(await textOf(model.files.get("textures/texture_00.png")), new TextDecoder().decode(PNG));
});

const SAMPLES = [
  { folder: "mao_pro", entry: "mao_pro.model3.json", moc: 5, files: 22 },
  { folder: "haru", entry: "Haru.model3.json", moc: 1, files: 47 },
];

for (const { folder, entry, moc, files } of SAMPLES) {
  const path = join(import.meta.dirname ?? "", `../../../shared/models/${folder}/runtime`);
  const missing = !exists(path);
  Deno.test({
    name: `checkModel() finds ${folder} complete${missing ? " (skipped: ../shared/models is not there)" : ""}`,
    ignore: missing,
    async fn() {
      const model = await checkModel(await openFolder(path));
      assertEquals([model.entry, model.cubism, model.moc, model.warnings], [entry, 4, moc, []]);
      assertEquals(model.files.size, files);
    },
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
