import { assertEquals } from "@std/assert";
import { parseConfig } from "./load.ts";
import { changeConfig } from "./write.ts";

const LLM = { provider: "ollama", model: "qwen2.5", host: "http://127.0.0.1:11434", wsPath: "/ws" };
const PREDECESSORS = { model: "mao", timeScale: 6, llm: LLM };

/** Who answers, and how the language model is asked. */
function meaning(file: unknown, env: Record<string, string> = {}): [prompt: string | undefined, api: string] {
  const { config } = parseConfig(typeof file === "string" ? file : JSON.stringify(file), "c.json", env);
  return [config.prompt, config.llm.api];
}

const OURS = [undefined, "chat"] as const;
const THEIRS = ["none", "generate"] as const;

Deno.test("a file with the predecessor's fields alone means what it meant there", () => {
  assertEquals(parseConfig(JSON.stringify(PREDECESSORS)).warnings, []);
  for (const file of [PREDECESSORS, { llm: LLM }, { model: "mao" }, { timeScale: 2 }, { llm: { model: "gemma3" } }]) {
    assertEquals(meaning(file), [...THEIRS], JSON.stringify(file));
  }
});

Deno.test("no file, one that says nothing, and one with a field of ours have our defaults", () => {
  const files = [
    "",
    "// nothing yet\n{}",
    {},
    { llm: {} },
    { ...PREDECESSORS, $schema: "./vtuber.schema.json" },
    { ...PREDECESSORS, ui: { theme: "dark" } },
    { ...PREDECESSORS, llm: { ...LLM, fallback: "none" } },
    { ...PREDECESSORS, plugin: true },
  ];
  for (const file of files) assertEquals(meaning(file), [...OURS], JSON.stringify(file));
  assertEquals(meaning({ ...PREDECESSORS, prompt: "tutor" }), ["tutor", "chat"]);
  assertEquals(meaning({ ...PREDECESSORS, llm: { ...LLM, api: "generate" } }), [undefined, "generate"]);
});

Deno.test("the environment does not decide whose file it is", () => {
  const env = {
    OLLAMA_HOST: "127.0.0.1:9",
    VTUBER_MODEL: "shizuku",
    VTUBER_LLM_MODEL: "gemma3",
    VTUBER_LLM_WS_PATH: "/c",
  };
  assertEquals(meaning("", env), [...OURS]);
  assertEquals(meaning({}, env), [...OURS]);
  assertEquals(meaning(PREDECESSORS, { ...env, VTUBER_UI_THEME: "dark" }), [...THEIRS]);
  assertEquals(meaning(PREDECESSORS, { VTUBER_PROMPT: "tutor", VTUBER_LLM_API: "chat" }), ["tutor", "chat"]);
});

Deno.test("a change of one field changes nothing else, whoever's file it was", () => {
  const cases: [file: object, path: string[], value: unknown, prompt: string | undefined, api: string][] = [
    [PREDECESSORS, ["ui", "theme"], "dark", ...THEIRS],
    [PREDECESSORS, ["llm", "model"], "gemma3", ...THEIRS],
    [PREDECESSORS, ["prompt"], "tutor", "tutor", "generate"],
    [PREDECESSORS, ["llm", "api"], "chat", "none", "chat"],
    [PREDECESSORS, ["llm", "api"], undefined, "none", "chat"],
    [{}, ["llm", "model"], "gemma3", ...OURS],
    [{ model: "mao", ui: { theme: "dark" } }, ["ui", "theme"], undefined, ...OURS],
    [{ ui: { theme: "dark" } }, ["ui", "theme"], undefined, ...OURS],
  ];
  for (const [file, path, value, ...expected] of cases) {
    assertEquals(
      meaning(changeConfig(JSON.stringify(file), [{ path, value }])),
      expected,
      JSON.stringify([file, path]),
    );
  }
  assertEquals(meaning(changeConfig("", [{ path: ["model"], value: "mao" }])), [...OURS]);
});
