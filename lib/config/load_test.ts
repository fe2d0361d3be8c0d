import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { variablesOf } from "./env.ts";
import { fieldsOf } from "./fields.ts";
import { loadConfig, parseConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

Deno.test("parseConfig() gives the defaults when the file is empty", () => {
  const { config, warnings } = parseConfig("");
  assertEquals(warnings, []);
  assertEquals([config.model, config.timeScale], ["hiyori", 1]);
  assertEquals([config.llm.api, config.llm.fallback, config.llm.wsPath], ["chat", "demo", "/ws"]);
  assertEquals([config.server.host, config.server.port], ["127.0.0.1", 8000]);
});

Deno.test("parseConfig() reads comments, trailing commas and a byte order mark", () => {
  const { config } = parseConfig('\uFEFF// mine\n{ "llm": { "model": "llama3", /* small */ }, }');
  assertEquals(config.llm.model, "llama3");
});

Deno.test("parseConfig() takes short forms of models and prompts", () => {
  const { config } = parseConfig('{ "models": { "a": "a.zip" }, "prompts": { "pirate": "Arr" }, "prompt": "pirate" }');
  assertEquals(config.models, { a: { source: "a.zip" } });
  assertEquals(config.prompts, { pirate: { text: "Arr" } });
});

Deno.test("parseConfig() names the field, its value and what it should be when a value is wrong", () => {
  const cases: [file: string, message: string][] = [
    ['{"llm":{"api":"chatt"}}', 'c.json:1: llm.api is "chatt": it should be "generate" or "chat"'],
    ['{\n"timeScale": 0}', "c.json:2: timeScale is 0: it should be a number greater than 0 and at most 100"],
    ['{"timeScale": 101}', "c.json:1: timeScale is 101: it should be a number greater than 0 and at most 100"],
    ['{"model": 3}', "c.json:1: model is 3: it should be the name of a model"],
    ['{"model": " "}', 'c.json:1: model is " ": it should be the name of a model'],
    ['{"server":{"port":"80"}}', 'c.json:1: server.port is "80": it should be a whole number from 0 to 65535'],
    ['{"server":{"port":70000}}', "c.json:1: server.port is 70000: it should be a whole number from 0 to 65535"],
    ['{"server":null}', "c.json:1: server is null: it should be an object"],
    ['{"server":{"allowedOrigins":["https://a/b"]}}', "c.json:1: server.allowedOrigins.0 is"],
    ['{"server":{"allowedOrigins":"https://a"}}', "it should be a list"],
    ['{"server":{"trustedProxies":["proxy.lan"]}}', "it should be an address or a network such as 127.0.0.1"],
    ['{"server":{"trustedProxies":["10.0.0.0/40"]}}', "it should be an address or a network such as 127.0.0.1"],
    ['{"server":{"trustedProxies":"10.0.0.0/8"}}', "it should be a list of addresses and networks"],
    ['{"emotions":{"classifier":1}}', "c.json:1: emotions.classifier is 1: it should be true or false"],
    ['{"llm":{"host":"ftp://x"}}', 'c.json:1: llm.host is "ftp://x": it should be an address of Ollama'],
    ['{"llm":{"host":"http://u:p@x/#y"}}', 'c.json:1: llm.host is "http://x/#y": it should be an address of Ollama'],
    ['{\n"llm":{"host":"http://0xa9fea9fe"}}', 'c.json:2: llm.host is "http://0xa9fea9fe": it should be another'],
    ['{"llm":{"host":"http://u:p@metadata.google.internal"}}', 'is "http://metadata.google.internal": it should be'],
    ['{"llm":{"keepAlive":"long"}}', 'it should be seconds, or a duration such as "10m"'],
    ['{"llm":{"think":"hard"}}', 'it should be true, false, "low", "medium", "high" or "max"'],
    ['{"llm":{"options":[]}}', "c.json:1: llm.options is []: it should be an object"],
    ['{"models":{"a":{"source":1}}}', "c.json:1: models.a.source is 1: it should be a folder"],
    ['{"models":{"a":1}}', "c.json:1: models.a is 1: it should be a source, or an object"],
    ['{"prompts":{"a":{}}}', "c.json: prompts.a.text is missing: it should be the instructions"],
    [
      '{"prompts":{"a":"x"},"prompt":"b"}',
      'c.json:1: prompt is "b": it should be the name of a character: "a", "companion"',
    ],
    ['{"limits":{"sockets":1.5}}', "c.json:1: limits.sockets is 1.5: it should be a whole number from 1"],
    ["{\n x: 1}", "c.json:2: this is not JSON"],
    ["[]", "c.json:1: the configuration should be an object"],
  ];
  for (const [file, message] of cases) {
    const error = assertThrows(() => parseConfig(file, "c.json"), ConfigError);
    assertStringIncludes(error.message, message);
    assertEquals(error.message.split("\n").length, 1, file);
  }
});

Deno.test("parseConfig() knows the built-in characters, and warns of a name that nobody has", () => {
  const cases: [file: string, warnings: string[]][] = [
    ['{"prompt":"tutor"}', []],
    ['{"prompt":"tutor","prompts":{"a":"x"}}', []],
    ['{"prompts":{"a":{"card":"a.png"}}}', []],
    ['{"prompt":"vtuber"}', ['c.json:1: there is no character "vtuber"']],
  ];
  for (const [file, warnings] of cases) assertEquals(parseConfig(file, "c.json").warnings, warnings);
});

Deno.test("parseConfig() names all that is wrong at once", () => {
  const error = assertThrows(() => parseConfig('{"timeScale":-1,"llm":{"api":1}}'), ConfigError);
  assertEquals(error.message.split("\n").length, 2);
});

Deno.test("parseConfig() keeps a token out of its messages", () => {
  const error = assertThrows(() => parseConfig('{"server":{"token":"hush"}}'), ConfigError);
  assertEquals(error.message.includes("hush"), false);
});

Deno.test("parseConfig() moves or refuses a wsPath that the page needs itself", () => {
  for (
    const [given, path] of [["/ws", "/ws"], ["ws", "/ws"], ["/api/v1/chat", "/api/v1/chat"], ["/models", "/models"]]
  ) {
    assertEquals(parseConfig(JSON.stringify({ llm: { wsPath: given } })).config.llm.wsPath, path);
  }
  const taken = [
    "",
    "/",
    "/avatars/x",
    "/model",
    "/model/ws",
    "/vendor",
    "/_fresh/x",
    "/healthz",
    "readyz",
    "/metrics",
    "/app-config.json",
    "/api/avatars",
    "/styles.css",
  ];
  const unfit = ["/a b", "/ws?x", "/ws#x", "/a//b", "/ws/", "/a/../b", "/:id", "/*", "/聊天"];
  for (const wsPath of [...taken, ...unfit]) {
    const error = assertThrows(() => parseConfig(JSON.stringify({ llm: { wsPath } })), ConfigError);
    assertStringIncludes(error.message, 'it should be a path such as "/ws"');
  }
});

Deno.test("parseConfig() lets unknown fields through and says what may have been meant", () => {
  const file =
    '{"$schema":"x","timescale":2,\n"llm":{"modle":"x","options":{"any":1}},"models":{"a":{"source":"s","note":1}}}';
  const { config, warnings } = parseConfig(file, "c.json");
  assertEquals(config.timeScale, 1);
  assertEquals(warnings, [
    "c.json:1: timescale is not known: did you mean timeScale?",
    "c.json:2: llm.modle is not known: did you mean llm.model?",
    "c.json:2: models.a.note is not known",
  ]);
});

Deno.test("parseConfig() takes every field from its variable", () => {
  const fields = fieldsOf(configSchema);
  assertEquals(fields.length > 30, true);
  for (const { path } of fields) {
    for (const variable of variablesOf(path)) {
      // A field of text takes this as it is; every other complains of it by the variable's name.
      const env = { [variable]: "[{}]" };
      const before = JSON.stringify(parseConfig("").config);
      let after: string;
      try {
        after = JSON.stringify(parseConfig("", "c.json", env).config);
      } catch (error) {
        after = (error as Error).message;
        assertStringIncludes(after, variable);
      }
      assertEquals(after === before, false, variable);
    }
  }
});

Deno.test("parseConfig() reads a variable as its field's type", () => {
  const env = {
    VTUBER_TIME_SCALE: "2.5",
    VTUBER_LLM_MODEL: "300",
    VTUBER_LLM_THINK: "true",
    VTUBER_LLM_KEEP_ALIVE: "300",
    VTUBER_LLM_OPTIONS: '{"temperature":0.5}',
    VTUBER_MODELS: '{"a":"a.zip"}',
    VTUBER_EMOTIONS_CLASSIFIER: "off",
    VTUBER_SERVER_ALLOWED_ORIGINS: "https://a.example, http://b.example:81/",
    VTUBER_LIMITS_SOCKETS_PER_ADDRESS: "7",
    VTUBER_LLM_WSPATH: "chat",
    VTUBER_UI_THEME: "",
  };
  const { config, warnings } = parseConfig('{"timeScale":1,"llm":{"model":"x"}}', "c.json", env);
  assertEquals(warnings, []);
  assertEquals(config.timeScale, 2.5);
  assertEquals([config.llm.model, config.llm.think, config.llm.keepAlive], ["300", true, 300]);
  assertEquals([config.llm.options, config.llm.wsPath], [{ temperature: 0.5 }, "/chat"]);
  assertEquals(config.models, { a: { source: "a.zip" } });
  assertEquals(config.emotions.classifier, false);
  assertEquals(config.server.allowedOrigins, ["https://a.example", "http://b.example:81"]);
  assertEquals(config.limits.socketsPerAddress, 7);
  assertEquals(config.ui.theme, "auto");
});

Deno.test("parseConfig() names the variable when its value is wrong", () => {
  const cases: [env: Record<string, string>, message: string][] = [
    [{ PORT: "http" }, 'PORT is "http": it should be a whole number from 0 to 65535'],
    [{ VTUBER_LLM_API: "chatt" }, 'VTUBER_LLM_API is "chatt": it should be "generate" or "chat"'],
    [
      { OLLAMA_HOST: "http://u:p@h:80/?x" },
      'OLLAMA_HOST is "http://h:80/?x": it should be an address of Ollama such as http://127.0.0.1:11434, without ? and #',
    ],
    [{ VTUBER_LLM_HOST: "169.254.169.254" }, 'VTUBER_LLM_HOST is "169.254.169.254": it should be another'],
  ];
  for (const [env, message] of cases) {
    assertStringIncludes(assertThrows(() => parseConfig("", "c.json", env), ConfigError).message, message);
  }
});

Deno.test("parseConfig() prefers our own variables to shared ones, and both to the file", () => {
  const file = '{"llm":{"host":"http://file:1"},"server":{"port":1}}';
  const shared = { OLLAMA_HOST: "0.0.0.0:8080", PORT: "2", HOST: "0.0.0.0" };
  assertEquals(parseConfig(file, "c", shared).config.llm.host, "http://127.0.0.1:8080");
  assertEquals(parseConfig(file, "c", shared).config.server, {
    ...parseConfig("").config.server,
    port: 2,
    host: "0.0.0.0",
  });
  const ours = { ...shared, VTUBER_LLM_HOST: "ours:3", VTUBER_SERVER_PORT: "4" };
  assertEquals(parseConfig(file, "c", ours).config.llm.host, "http://ours:3");
  assertEquals(parseConfig(file, "c", ours).config.server.port, 4);
});

Deno.test("parseConfig() warns of a variable of ours that it does not know", () => {
  const { warnings } = parseConfig("", "c", { VTUBER_LLM_MODLE: "x", VTUBER_CONFIG: "y", OTHER: "z" });
  assertEquals(warnings, ["The variable VTUBER_LLM_MODLE is not known: did you mean VTUBER_LLM_MODEL?"]);
});

Deno.test("loadConfig() reads the file that VTUBER_CONFIG names, or the one in the root, or none", async () => {
  const root = await Deno.makeTempDir();
  try {
    assertEquals((await loadConfig({ root, env: {} })).config.model, "hiyori");
    await Deno.writeTextFile(join(root, "vtuber.config.json"), '{"model":"mao"}');
    assertEquals((await loadConfig({ root, env: {} })).config.model, "mao");
    await Deno.writeTextFile(join(root, "other.json"), '{"model":"shizuku"}');
    const loaded = await loadConfig({ root, env: { VTUBER_CONFIG: "other.json" } });
    assertEquals([loaded.config.model, loaded.path, loaded.root], ["shizuku", join(root, "other.json"), root]);
    assertEquals(loaded.dataDir, join(root, "data"));
    const missing = loadConfig({ root, env: { VTUBER_CONFIG: "missing.json" } });
    await assertRejects(() => missing, ConfigError, "missing.json: there is no such file");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("A11: loadConfig() starts a relative data folder at the file that VTUBER_CONFIG names", async () => {
  const root = await Deno.makeTempDir();
  const elsewhere = await Deno.makeTempDir();
  try {
    const file = join(elsewhere, "mine.json");
    await Deno.writeTextFile(file, '{"server":{"dataDir":"kept"}}');
    const { path, dataDir } = await loadConfig({ root, env: { VTUBER_CONFIG: file } });
    assertEquals([path, dataDir], [file, join(elsewhere, "kept")]);
    const absolute = { VTUBER_CONFIG: file, VTUBER_SERVER_DATA_DIR: root };
    assertEquals((await loadConfig({ root, env: absolute })).dataDir, root);
  } finally {
    for (const folder of [root, elsewhere]) await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseConfig() lets the file allow a link-local address, and a host have a path and a password", () => {
  const { llm } = parseConfig('{"llm":{"host":"http://169.254.7.7","allowLinkLocal":true}}').config;
  assertEquals(llm.host, "http://169.254.7.7:80");
  assertEquals(parseConfig('{"llm":{"host":"http://u:p@h/ollama"}}').config.llm.host, "http://u:p@h:80/ollama");
});
