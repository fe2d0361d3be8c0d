import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "./config_error.ts";
import { readOverrides } from "./env.ts";
import { parseConfig } from "./load.ts";
import { inPlace, readChanges, settingFields } from "./settings.ts";

const changed = (path: string, value: unknown) => [{ path: path.split("."), value }];

/** The options that pages are shown, with their values. */
function shown(llm: unknown): Record<string, unknown> {
  const { config } = parseConfig(JSON.stringify({ llm }));
  const options = settingFields({ config, overrides: [] }).filter(({ path }) => path[1] === "options");
  return Object.fromEntries(options.map(({ path, value }) => [path[2], value]));
}

Deno.test("options have ranges, and further ones are taken as they are, without a warning", () => {
  const options = { temperature: 0.7, stop: ["###"], mirostat: 2, nested: { a: 1 } };
  const { config, warnings } = parseConfig(JSON.stringify({ llm: { options } }));
  assertEquals([config.llm.options, warnings], [options, []]);
  const hot = () => parseConfig('{"llm": {"options": {"temperature": 9}}}');
  assertThrows(hot, ConfigError, "llm.options.temperature is 9: it should be a number from 0 to 5");
});

Deno.test("a variable gives one option, or all of them", () => {
  const env = { VTUBER_LLM_OPTIONS: '{"top_k": 20, "mirostat": 2}', VTUBER_LLM_OPTIONS_TOP_P: "0.5" };
  assertEquals(parseConfig("", "test", env).config.llm.options, { top_k: 20, mirostat: 2, top_p: 0.5 });
  const { overrides } = readOverrides({ VTUBER_LLM_OPTIONS: "{}" });
  assertThrows(() => readChanges(changed("llm.options.seed", 1), overrides), ConfigError, "VTUBER_LLM_OPTIONS decides");
});

Deno.test("pages see the options that the server in use knows, and those that are set", () => {
  assertEquals(Object.keys(shown({})).includes("max_tokens"), false);
  assertEquals(Object.keys(shown({ provider: "openai" })).toSorted(), [
    "frequency_penalty",
    "max_tokens",
    "presence_penalty",
    "seed",
    "temperature",
    "top_p",
  ]);
  assertEquals(shown({ provider: "demo", options: { top_k: 3, mirostat: 2 } }), { top_k: 3 });
});

Deno.test("pages change one option of the language model in use, within its range, and no unknown one", () => {
  const { config } = parseConfig('{"llm": {"use": "mini"}, "llms": {"mini": {"options": {"mirostat": 2}}}}');
  const change = readChanges(changed("llm.options.top_p", "0.5"), []);
  assertEquals(inPlace(change, config, []), changed("llms.mini.options.top_p", 0.5));
  const low = () => readChanges(changed("llm.options.top_p", -1), []);
  assertThrows(low, ConfigError, "it should be a number from 0 to 1");
  for (const path of ["llm.options", "llm.options.mirostat"]) {
    assertThrows(() => readChanges(changed(path, 1), []), ConfigError, "it is no setting of the page");
  }
});
