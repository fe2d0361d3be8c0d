import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { loadConfig, parseConfig } from "./load.ts";
import { addressesOf, mindOf, mindsInOrder } from "./minds.ts";
import { configSchema } from "./schema.ts";
import { inPlace, readChanges, settingFields } from "./settings.ts";

function read(value: unknown, env: Record<string, string> = {}) {
  return parseConfig(JSON.stringify(value), "c.json", env).config;
}

const LLMS = { big: { provider: "openai", model: "gpt-5" }, pool: { hosts: ["http://a:1", "http://b:1"] } };

Deno.test("the language model of an earlier file is that of llm, and the only one", () => {
  const config = read({ llm: { provider: "ollama", model: "gemma3", host: "http://pi:11434", wsPath: "/ws" } });
  assertEquals(mindsInOrder(config, "companion"), ["llm"]);
  assertEquals(mindOf(config, "llm").model, "gemma3");
});

Deno.test("who answers is the character's own, else llm.use, else llm; then the fallbacks, each once", () => {
  const prompts = { ann: { text: "Ann", llm: "pool" }, bob: "Bob" };
  const config = read({ llm: { use: "big", fallbacks: ["llm", "big"] }, llms: LLMS, prompts });
  assertEquals(mindsInOrder(config, "ann"), ["pool", "llm", "big"]);
  assertEquals(mindsInOrder(config, "bob"), ["big", "llm"]);
  assertEquals(mindsInOrder(read({ llms: LLMS }), "bob"), ["llm"]);
});

Deno.test("a server's usual address is asked where none is said, each with its own", () => {
  assertEquals(addressesOf(mindOf(read({ llm: { provider: "lmstudio" } }), "llm")), ["http://127.0.0.1:1234"]);
  const config = read({ llms: LLMS });
  assertEquals(addressesOf(mindOf(config, "big")), ["https://api.openai.com:443"]);
  assertEquals(addressesOf(mindOf(config, "pool")), ["http://a:1", "http://b:1"]);
});

Deno.test("a name that no language model has is refused, and so is one that is taken", () => {
  const names = 'the name of a language model: "llm", "big" or "pool"';
  const cases: [value: unknown, message: string][] = [
    [{ llm: { use: "bigg" }, llms: LLMS }, `llm.use is "bigg": it should be ${names}`],
    [{ llm: { fallbacks: ["big", "small"] }, llms: LLMS }, `llm.fallbacks.1 is "small": it should be ${names}`],
    [{ prompts: { ann: { text: "A", llm: "x" } }, llms: LLMS }, `prompts.ann.llm is "x": it should be ${names}`],
    [{ llms: { llm: {} } }, "llms.llm is {}: it should be under another name"],
    [{ llms: { far: { host: "http://169.254.1.1" } } }, "llms.far.host"],
    [{ llm: { hosts: ["http://127.0.0.1:1", "http://169.254.1.1"] } }, "llm.hosts"],
  ];
  for (const [value, message] of cases) assertThrows(() => read(value), ConfigError, message);
});

Deno.test("no message repeats a key that stands in what is wrong", () => {
  for (
    const llms of [[{ auth: "sk-hush" }], { big: "sk" }, { big: { auth: "sk hush" } }, { big: [{ auth: "sk-hush" }] }]
  ) {
    const { message } = assertThrows(() => read({ llms }), ConfigError);
    assert(!message.includes("hush"), message);
  }
});

Deno.test("OLLAMA_HOST takes no other server's place, and no key with it", () => {
  const env = { OLLAMA_HOST: "http://evil:1" };
  assertEquals(read({ llm: { provider: "ollama" } }, env).llm.host, "http://evil:1");
  assertEquals(read({}, env).llm.host, "http://evil:1");
  assertEquals(read({ llm: { provider: "openai" } }, env).llm.host, "https://api.openai.com:443");
  assertEquals(read({}, { ...env, VTUBER_LLM_PROVIDER: "openai" }).llm.host, "https://api.openai.com:443");
  assertEquals(read({ llms: LLMS }, env).llms.big?.host, "https://api.openai.com:443");
});

Deno.test("the key of every language model wants a file that nobody else can read", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "vtuber.config.json");
  await Deno.writeTextFile(path, JSON.stringify({ llms: { big: { auth: "sk-hush" } } }), { mode: 0o644 });
  const error = await assertRejects(() => loadConfig({ root: folder, env: {} }), ConfigError, "llms.big.auth");
  assert(!error.message.includes("hush"));
  await Deno.chmod(path, 0o600);
  assertEquals((await loadConfig({ root: folder, env: {} })).config.llms.big?.auth, "sk-hush");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("pages see and change the language model in use, whatever its name", () => {
  const config = configSchema.parse({ llm: { use: "big" }, llms: LLMS });
  const shown = new Map(settingFields({ config, overrides: [] }).map((field) => [field.path.join("."), field.value]));
  assertEquals([shown.get("llm.use"), shown.get("llm.model")], ["big", "gpt-5"]);
  assertEquals(shown.get("llm.host"), "https://api.openai.com:443");
  const asked = [{ path: ["llm", "model"], value: "gpt-6" }, { path: ["llm", "fallback"], value: "none" }];
  assertEquals(inPlace(readChanges(asked, []), config, []), [
    { path: ["llms", "big", "model"], value: "gpt-6" },
    { path: ["llm", "fallback"], value: "none" },
  ]);
  const back = [{ path: ["llm", "use"], value: "llm" }, { path: ["llm", "model"], value: "gemma3" }];
  assertEquals(inPlace(readChanges(back, []), config, []).map(({ path }) => path), [["llm", "use"], ["llm", "model"]]);
});

Deno.test("what means nothing now is no setting: a choice of one, and the address of several servers", () => {
  const names = (value: unknown) =>
    settingFields({ config: configSchema.parse(value), overrides: [] }).map(({ path }) => path.join("."));
  assertEquals(names({}).includes("llm.use"), false);
  assertEquals(names({ llms: LLMS }).includes("llm.use"), true);
  assertEquals(names({ llm: { use: "pool" }, llms: LLMS }).includes("llm.host"), false);
});
