import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { ModelError } from "./model_error.ts";
import { modelFiles, PNG, tempFolder, writeFiles } from "./model_fixture.ts";
import { AvatarLibrary } from "./avatar_library.ts";

/** A project with a model and a Core of its own, so that no network is needed. */
async function project() {
  const folder = await tempFolder();
  await writeFiles(folder.path, { "core.js": "var Live2DCubismCore = {};" });
  await writeFiles(join(folder.path, "hiyori"), modelFiles({}, "Hiyori"));
  await writeFiles(join(folder.path, "mia"), modelFiles());
  return {
    path: folder.path,
    open: (config: Config, dataDir = "data") =>
      AvatarLibrary.open(config, {
        root: folder.path,
        path: join(folder.path, "vtuber.config.json"),
        dataDir: join(folder.path, dataDir),
      }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function configWith(model: string): Config {
  const models = { hiyori: { source: "hiyori", entry: "Hiyori.model3.json" }, mia: "mia" };
  return configSchema.parse({ model, models, cubismCore: "core.js", cubism2Core: "core.js" });
}

Deno.test("an avatar that breaks stays as it was last good: while the server runs, and after a restart", async () => {
  await using home = await project();
  const mia = configWith("mia");
  let good: string | undefined;
  {
    using avatars = await home.open(mia);
    good = avatars.shown(mia).url;
    assertMatch(good!, /^\/avatars\/[0-9a-f]{32}\/Mia\.model3\.json$/);
    // Another one in between does not make it forgotten.
    await avatars.show(configWith("hiyori"));
    await avatars.show(mia);
    await writeFiles(join(home.path, "mia/textures"), { "texture_00.png": PNG.slice(0, -1) });
    await assertRejects(() => avatars.show(mia), ModelError, "is cut off");
    assertEquals(avatars.shown(mia).url, good);
  }
  {
    using avatars = await home.open(mia);
    assertEquals([avatars.shown(mia).name, avatars.shown(mia).url], ["mia", good]);
    assertEquals(await Deno.readFile(join(avatars.shownDir!, "textures/texture_00.png")), PNG);
  }
  // Nothing was ever good in another data folder.
  using avatars = await home.open(mia, "elsewhere");
  assertEquals(avatars.shown(mia).name, "hiyori");
});

Deno.test("two servers in one data folder leave each other's avatar alone", async () => {
  await using home = await project();
  using first = await home.open(configWith("mia"));
  using second = await home.open(configWith("hiyori"));
  for (let i = 0; i < 3; i++) {
    await Promise.all([
      first.show(configWith(i % 2 === 0 ? "hiyori" : "mia")),
      second.show(configWith(i % 2 === 0 ? "mia" : "hiyori")),
    ]);
  }
  const entries = [first, second].map(({ shownDir }) => [...Deno.readDirSync(shownDir!)].map(({ name }) => name));
  assertEquals(entries.map((names) => names.find((name) => name.endsWith(".model3.json"))), [
    "Hiyori.model3.json",
    "Mia.model3.json",
  ]);
});

Deno.test("a server that can show nothing says what it was to show, and none of it is there", async () => {
  await using home = await project();
  await Deno.remove(join(home.path, "hiyori"), { recursive: true });
  for (const [model, entry] of [["mao", "/model/mao_pro.model3.json"], ["nobody", "/model/none"]] as const) {
    using avatars = await home.open(configWith(model));
    assertEquals(avatars.shown(configWith(model)), { name: model, entry, timeScale: 1 });
    assertEquals(avatars.shownDir, undefined);
    assertStringIncludes(avatars.avatarsDir, home.path);
  }
});
