import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "./config_error.ts";
import { readOverrides } from "./env.ts";
import { fieldsOf } from "./fields.ts";
import { parseConfig } from "./load.ts";
import { configSchema } from "./schema.ts";
import { needsRestart, readChanges, settingFields } from "./settings.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";

function fields(text = "", env: Record<string, string> = {}): Map<string, SettingField> {
  const { config } = parseConfig(text, "test", env);
  const { overrides } = readOverrides(env);
  return new Map(settingFields({ config, overrides }).map((field) => [field.path.join("."), field]));
}

function facts(field: SettingField | undefined): unknown {
  if (field === undefined) return undefined;
  const { path: _path, description, ...rest } = field;
  assert(description.length > 10, "a field says what it is for");
  return rest;
}

Deno.test("settingFields() describes every kind of field by its schema", () => {
  const all = fields('{"llm": {"think": "low", "keepAlive": -1}, "avatar": {"maxFps": 30}}');
  assertEquals(facts(all.get("avatar.maxFps")), {
    kind: "number",
    value: 30,
    default: 60,
    least: 1,
    most: 240,
    restart: false,
  });
  assertEquals(facts(all.get("emotions.classifier")), {
    kind: "boolean",
    value: true,
    default: true,
    restart: false,
  });
  assertEquals(facts(all.get("ui.theme")), {
    kind: "choice",
    value: "auto",
    default: "auto",
    choices: ["auto", "light", "dark", "contrast"],
    restart: false,
  });
  assertEquals(facts(all.get("llm.think")), {
    kind: "choice",
    value: "low",
    default: null,
    choices: ["true", "false", "low", "medium", "high", "max"],
    restart: false,
  });
  assertEquals(facts(all.get("llm.keepAlive")), { kind: "text", value: "-1", default: null, restart: false });
  assertEquals(facts(all.get("llm.host")), {
    kind: "text",
    value: "http://127.0.0.1:11434",
    default: "http://127.0.0.1:11434",
    restart: false,
  });
  assertEquals(facts(all.get("server.port")), {
    kind: "number",
    value: 8000,
    default: 8000,
    least: 0,
    most: 65535,
    restart: true,
  });
});

Deno.test("settingFields() names the variable that decides a field", () => {
  const all = fields("", { OLLAMA_HOST: "10.0.0.5", VTUBER_TIME_SCALE: "3" });
  assertEquals([all.get("llm.host")?.variable, all.get("llm.host")?.value], ["OLLAMA_HOST", "http://10.0.0.5:11434"]);
  assertEquals([all.get("timeScale")?.variable, all.get("timeScale")?.value], ["VTUBER_TIME_SCALE", 3]);
  assertEquals(all.get("llm.model")?.variable, undefined);
});

Deno.test("settingFields() keeps secrets, code and folders to itself", () => {
  const all = fields('{"server": {"token": "abcdefgh"}}');
  assertEquals(fields('{"llm": {"host": "http://u:hush@h/a"}}').get("llm.host")?.value, "http://h:80/a");
  for (
    const name of [
      "llm.allowLinkLocal",
      "server.token",
      "server.dataDir",
      "server.allowedOrigins",
      "cubismCore",
      "models",
      "prompts",
    ]
  ) {
    assert(fieldsOf(configSchema).some(({ path }) => path.join(".") === name), name);
    assert(!all.has(name), name);
  }
});

Deno.test("readChanges() reads what a page wrote as the field means it", () => {
  const cases: [path: string, written: unknown, read: unknown][] = [
    ["timeScale", "2.5", 2.5],
    ["timeScale", 2.5, 2.5],
    ["llm.think", "true", true],
    ["llm.think", "high", "high"],
    ["llm.think", null, undefined],
    ["llm.keepAlive", "300", 300],
    ["llm.keepAlive", "10m", "10m"],
    ["llm.model", "123", "123"],
    ["llm.model", " qwen3:8b ", "qwen3:8b"],
    ["emotions.classifier", false, false],
    ["prompt", "猫", "猫"],
  ];
  for (const [path, value, read] of cases) {
    assertEquals(readChanges([{ path: path.split("."), value }], []), [{ path: path.split("."), value: read }]);
  }
});

Deno.test("readChanges() refuses what cannot be changed, and says why", () => {
  const { overrides } = readOverrides({ OLLAMA_HOST: "10.0.0.5" });
  const cases: [path: string, value: unknown, message: string][] = [
    ["timeScale", 0, "timeScale is 0: it should be a number greater than 0 and at most 100"],
    ["ui.theme", "pink", 'ui.theme is "pink": it should be "auto", "light", "dark" or "contrast"'],
    ["avatar.maxFps", "many", 'avatar.maxFps is "many": it should be a whole number from 1 to 240'],
    ["emotions.classifier", { a: 1 }, 'emotions.classifier is {"a":1}: it should be true or false'],
    ["llm.model", "", 'llm.model is "": it should be the name of a model'],
    ["llm.host", "x", "Cannot change llm.host: the environment variable OLLAMA_HOST decides it"],
    ["llm.allowLinkLocal", true, "Cannot change llm.allowLinkLocal: it is no setting of the page"],
    ["server.token", "abcdefgh", "Cannot change server.token: it is no setting of the page"],
    ["llm", {}, "Cannot change llm: it is no setting of the page"],
    ["__proto__", {}, "Cannot change __proto__: it is no setting of the page"],
    ["nothing.here", 1, "Cannot change nothing.here: it is no setting of the page"],
  ];
  for (const [path, value, message] of cases) {
    assertThrows(() => readChanges([{ path: path.split("."), value }], overrides), ConfigError, message);
  }
  const host = [{ path: ["llm", "host"], value: "http://u:hush@h/?x" }];
  const { message } = assertThrows(() => readChanges(host, []), ConfigError, 'llm.host is "http://h/?x": it should be');
  assertEquals(message.includes("hush"), false);
});

Deno.test("needsRestart() is true of what the server takes up when it starts", () => {
  const wanted = ["server.port", "server.host", "llm.wsPath"];
  const restart = [...fields().values()].filter(({ restart }) => restart).map(({ path }) => path.join("."));
  assertEquals(restart.sort(), wanted.sort());
  assertEquals(needsRestart(["llm", "host"]), false);
});
