import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { modelFiles, tempFolder, writeFiles } from "@/lib/avatars/model_fixture.ts";

const script = join(import.meta.dirname ?? "", "sync.ts");

async function run(root: string, env: Record<string, string> = {}): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("tasks/sync.ts ends with 1 and one message when the configuration is wrong", async () => {
  await using root = await tempFolder();
  const { code, stderr } = await run(root.path, { VTUBER_LLM_API: "chatt" });
  assertEquals([code, stderr], [1, 'VTUBER_LLM_API is "chatt": it should be "generate" or "chat"\n']);
  assertEquals([...Deno.readDirSync(root.path)], []);
});

Deno.test("tasks/sync.ts brings the default model and tells about the missing one", async () => {
  await using root = await tempFolder();
  await writeFiles(join(root.path, "default"), modelFiles({}, "Hiyori"));
  await writeFiles(root.path, {
    "core.js": "Live2DCubismCore",
    "vtuber.config.json": JSON.stringify({
      model: "mao",
      modle: 1,
      cubismCore: "core.js",
      cubism2Core: "core.js",
      models: { hiyori: "default" },
    }),
  });
  const { code, stderr } = await run(root.path);
  assertEquals(code, 0);
  const lines = stderr.trim().split("\n");
  assertEquals(lines.length, 4);
  assertEquals(lines[0], "Warning: vtuber.config.json:1: modle is not known: did you mean model?");
  assertStringIncludes(lines[1] ?? "", "Cannot find the model mao: looked for ");
  assertEquals(lines.slice(2), ["Showing hiyori instead", "The avatar is hiyori (static/model/Hiyori.model3.json)"]);
  assertStringIncludes((await run(root.path)).stderr, "The avatar is hiyori, already in place");
});
