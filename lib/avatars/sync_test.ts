import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import type { z } from "zod";
import { ModelError } from "./model_error.ts";
import { moc3, modelFiles, PNG, tempFolder, writeFiles, zipOf } from "./model_fixture.ts";
import type { Progress } from "./install_model.ts";
import { syncModel } from "./sync.ts";

const CORE = "var Live2DCubismCore = {};";
const MAO = join(import.meta.dirname ?? "", "../../../shared/models/mao_pro/runtime");

/** A configuration whose Core and default model are small files of the test's own, so that no network is needed. */
function offline(changes: z.input<typeof configSchema> = {}): Config {
  const models = { hiyori: { source: "default", entry: "Hiyori.model3.json" }, ...changes.models };
  return configSchema.parse({ cubismCore: "core.js", cubism2Core: "core.js", ...changes, models });
}

async function project(): Promise<AsyncDisposable & { path: string }> {
  const folder = await tempFolder();
  await writeFiles(folder.path, { "core.js": CORE });
  await writeFiles(join(folder.path, "default"), modelFiles({}, "Hiyori"));
  await writeFiles(join(folder.path, "mia"), modelFiles());
  return folder;
}

/** Every file below a folder with its time of change and content. */
async function snapshot(folder: string): Promise<Record<string, unknown>> {
  const files: Record<string, unknown> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files[name] = await snapshot(path);
    else files[name] = [(await Deno.stat(path)).mtime?.getTime(), await Deno.readTextFile(path)];
  }
  return files;
}

async function shown(root: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(join(root, "static/app-config.json")));
}

Deno.test("syncModel() brings model and Core, and touches nothing the second time", async () => {
  await using root = await project();
  const options = { config: offline({ model: "mia", models: { mia: "mia" }, timeScale: 2 }), root: root.path };
  const first = await syncModel(options);
  assertEquals(first, {
    shown: { name: "mia", entry: "/model/Mia.model3.json", timeScale: 2 },
    changed: true,
    warnings: [],
  });
  assertEquals(await shown(root.path), {
    model: "mia",
    entry: "/model/Mia.model3.json",
    timeScale: 2,
    llm: { backendWsUrl: "ws://127.0.0.1:8000/ws" },
  });
  assertEquals(await Deno.readTextFile(join(root.path, "static/vendor/live2dcubismcore.min.js")), CORE);
  const before = await snapshot(join(root.path, "static"));
  assertEquals((await syncModel(options)).changed, false);
  assertEquals(await snapshot(join(root.path, "static")), before);
});

Deno.test("syncModel() takes a zip, a model's own timeScale, and the folder of the configuration's file", async () => {
  await using root = await project();
  await Deno.mkdir(join(root.path, "elsewhere"));
  await Deno.writeFile(join(root.path, "elsewhere/mia.zip"), await zipOf(modelFiles()));
  const config = offline({ model: "mia", models: { mia: { source: "mia.zip", timeScale: 3 } } });
  const configPath = join(root.path, "elsewhere/vtuber.config.json");
  const result = await syncModel({ config, configPath, root: root.path });
  assertEquals([result.shown.name, result.shown.timeScale, result.problem], ["mia", 3, undefined]);
});

Deno.test("syncModel() replaces one model by the next, whole", async () => {
  await using root = await project();
  await syncModel({ config: offline({ model: "mia", models: { mia: "mia" } }), root: root.path });
  await syncModel({ config: offline(), root: root.path });
  const names = [...Deno.readDirSync(join(root.path, "static/model"))].map(({ name }) => name);
  assertEquals([names.includes("Hiyori.moc3"), names.includes("Mia.moc3")], [true, false]);
});

Deno.test("syncModel() shows the default model in place of one that is not there, and says why", async () => {
  const cases: [name: string, message: string][] = [
    ["mao", "https://www.live2d.com/en/learn/sample/"],
    ["mia", join("somewhere", "mia")],
    ["shizuko", "there is none of this name among hiyori, shizuku, mao, mia: did you mean shizuku?"],
  ];
  for (const [name, message] of cases) {
    await using root = await project();
    const config = offline({ model: name, models: { mia: "somewhere/mia" } });
    const result = await syncModel({ config, root: root.path });
    assertEquals([result.shown.name, result.shown.entry], ["hiyori", "/model/Hiyori.model3.json"]);
    assertStringIncludes(result.problem?.message ?? "", message);
    assertEquals((await shown(root.path) as { model: string }).model, "hiyori");
  }
});

Deno.test("syncModel() says where it looked for a model", async () => {
  await using root = await project();
  const { problem } = await syncModel({ config: offline({ model: "mao" }), root: root.path });
  assertStringIncludes(problem?.message ?? "", `looked for ${join(root.path, "assets/models/mao_pro/runtime")}`);
});

Deno.test("syncModel() leaves the last good state in place when the model is broken", async () => {
  const good = modelFiles();
  const breaks: [name: string, files: Record<string, string | Uint8Array>][] = [
    ["no texture", modelFiles({ "textures/texture_00.png": undefined })],
    ["cut texture", modelFiles({ "textures/texture_00.png": PNG.slice(0, -1) })],
    ["no moc", modelFiles({ "Mia.moc3": "oops" })],
    ["no entry", { "readme.txt": "" }],
  ];
  for (const [name, files] of breaks) {
    await using root = await project();
    await writeFiles(join(root.path, "good"), good);
    await writeFiles(join(root.path, "bad"), files);
    await syncModel({ config: offline({ model: "mia", models: { mia: "good" } }), root: root.path });
    const before = await snapshot(join(root.path, "static"));
    const result = await syncModel({ config: offline({ model: "mia", models: { mia: "bad" } }), root: root.path });
    assertEquals([result.shown.name, result.changed], ["mia", false], name);
    assertStringIncludes(result.problem?.message ?? "", "Cannot show mia (");
    assertEquals(await snapshot(join(root.path, "static")), before, name);
  }
});

Deno.test("syncModel() shows the default model when the first one ever is broken", async () => {
  await using root = await project();
  await Deno.writeTextFile(join(root.path, "mia.zip"), "no zip");
  const result = await syncModel({ config: offline({ model: "mia", models: { mia: "mia.zip" } }), root: root.path });
  assertEquals([result.shown.name, result.problem?.problems[0].kind], ["hiyori", "bad_zip"]);
});

Deno.test("syncModel() throws all it knows when nothing can be shown", async () => {
  await using root = await project();
  const config = offline({ model: "mao", models: { hiyori: "gone" } });
  const error = await assertRejects(() => syncModel({ config, root: root.path }), ModelError);
  assertEquals(error.problems.length, 2);
  await assertRejects(() => Deno.stat(join(root.path, "static")), Deno.errors.NotFound);
});

Deno.test("syncModel() says what is wrong with a Core, and keeps the one in place", async () => {
  await using root = await project();
  await Deno.writeTextFile(join(root.path, "page.js"), "<html>");
  for (const [cubismCore, message] of [["gone.js", "Cannot find gone.js"], ["page.js", "is no Cubism Core"]] as const) {
    const config = offline({ cubismCore });
    await assertRejects(() => syncModel({ config, root: root.path }), ModelError, message);
  }
  await syncModel({ config: offline(), root: root.path });
  const result = await syncModel({ config: offline({ cubismCore: "gone.js" }), root: root.path });
  assertStringIncludes(result.warnings.join(), "Cannot find gone.js");
});

Deno.test("syncModel() downloads a Core once", async () => {
  await using root = await project();
  let asked = 0;
  await using server = Deno.serve({ port: 0, onListen() {} }, ({ url }) => {
    asked++;
    return url.endsWith("core.js")
      ? new Response(CORE)
      : new Response("<html>", { status: url.endsWith("404") ? 404 : 200 });
  });
  const at = (path: string) => `http://127.0.0.1:${server.addr.port}/${path}`;
  for (
    const [path, message] of [["404", "the answer is 404"], ["page", "is no Cubism Core"], [
      "page",
      "is no Cubism Core",
    ]]
  ) {
    const config = offline({ cubismCore: at(path ?? "") });
    await assertRejects(() => syncModel({ config, root: root.path }), ModelError, message);
  }
  const progress: Progress[] = [];
  const options = {
    config: offline({ cubismCore: at("core.js") }),
    root: root.path,
    onProgress: (one: Progress) => progress.push(one),
  };
  assertEquals((await syncModel(options)).changed, true);
  assertEquals((await syncModel(options)).changed, false);
  assertEquals([asked, progress.filter(({ seconds }) => seconds === 0)], [4, [{
    text: `Downloading ${at("core.js")}`,
    seconds: 0,
  }]]);
});

Deno.test("syncModel() shows the default model for one that the default Core cannot draw, but not for one with a Core of its own", async () => {
  await using root = await project();
  await writeFiles(join(root.path, "new"), modelFiles({ "Mia.moc3": moc3(6) }));
  await writeFiles(root.path, { "bundle/vendor/live2dcubismcore.min.js": CORE });
  const changes = { model: "mia", models: { mia: "new" } };
  const own = await syncModel({ config: offline(changes), root: root.path });
  assertEquals([own.shown.name, own.warnings, own.problem], ["mia", [], undefined]);
  const config = { ...offline(changes), cubismCore: configSchema.parse({}).cubismCore };
  await using other = await project();
  await writeFiles(join(other.path, "new"), modelFiles({ "Mia.moc3": moc3(6) }));
  const { shown, problem } = await syncModel({ config, root: other.path, bundled: join(root.path, "bundle") });
  assertEquals([shown.name, problem?.problems[0].kind], ["hiyori", "too_new"]);
});

Deno.test("syncModel() takes from an earlier sync what else would come from npm", async () => {
  await using build = await project();
  await syncModel({ config: offline(), root: build.path });
  await using root = await tempFolder();
  const result = await syncModel({
    config: configSchema.parse({}),
    root: root.path,
    bundled: join(build.path, "static"),
  });
  assertEquals([result.shown.name, result.problem], ["hiyori", undefined]);
  assertEquals(await Deno.readTextFile(join(root.path, "static/vendor/live2dcubismcore.min.js")), CORE);
});

Deno.test("syncModel() stops when it is aborted", async () => {
  await using root = await project();
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => syncModel({ config: offline(), root: root.path, signal }), Error, "enough");
});

Deno.test("syncModel() brings the real models from npm, and needs no network the second time", async () => {
  await using root = await tempFolder();
  for (
    const [model, entry, core] of [
      ["hiyori", "/model/Hiyori.model3.json", "live2dcubismcore.min.js"],
      ["shizuku", "/model/shizuku.model.json", "live2d.min.js"],
    ] as const
  ) {
    const options = { config: configSchema.parse({ model }), root: root.path };
    const first = await syncModel(options);
    assertEquals([first.shown.name, first.shown.entry], [model, entry]);
    assertEquals([first.problem, first.warnings], [undefined, []]);
    assert([...Deno.readDirSync(join(root.path, "static/vendor"))].some(({ name }) => name === core));
    const progress: Progress[] = [];
    const second = await syncModel({ ...options, onProgress: (one) => progress.push(one) });
    assertEquals([second.changed, progress.filter(({ text }) => text.startsWith("Downloading"))], [false, []]);
  }
  await Deno.remove(join(root.path, "data/cache/npm/live2d-renderer@0.6.6/node_modules"), { recursive: true });
  assertEquals((await syncModel({ config: configSchema.parse({}), root: root.path })).problem, undefined);
});

Deno.test("syncModel() says why an npm path cannot be had", async () => {
  await using root = await project();
  const cases: [source: string, message: string][] = [
    ["npm:live2d-renderer", "an npm path looks like npm:name@1.0.0/folder/file"],
    ["npm:live2d-renderer@0.6.6/../../x", "an npm path looks like"],
    ["npm:live2d-renderer@0.6.6/assets/Gone.zip", "the package has no assets/Gone.zip"],
    ["npm:live2d-renderer@99.0.0/assets", "Cannot download live2d-renderer 99.0.0 from npm: "],
  ];
  for (const [source, message] of cases) {
    const { problem } = await syncModel({
      config: offline({ model: "mia", models: { mia: source } }),
      root: root.path,
    });
    assertStringIncludes(problem?.message ?? "", message);
  }
});

Deno.test({
  name: "syncModel() shows Mao as the predecessor's configuration does (skipped where ../shared/models is missing)",
  ignore: !await Deno.stat(MAO).then(() => true, () => false),
  async fn() {
    await using root = await project();
    await Deno.mkdir(join(root.path, "assets/models/mao_pro"), { recursive: true });
    await Deno.symlink(MAO, join(root.path, "assets/models/mao_pro/runtime"), { type: "dir" });
    const predecessor = {
      model: "mao",
      timeScale: 6,
      llm: { provider: "ollama", model: "qwen2.5", wsPath: "/ws" },
    } as const;
    const result = await syncModel({ config: offline(predecessor), root: root.path });
    assertEquals([result.problem, result.warnings], [undefined, []]);
    assertEquals(await shown(root.path), {
      model: "mao",
      entry: "/model/mao_pro.model3.json",
      timeScale: 6,
      llm: { backendWsUrl: "ws://127.0.0.1:8000/ws" },
    });
  },
});
