import { assertEquals } from "@std/assert";
import { appConfig } from "./app_config.ts";
import { parseConfig } from "./load.ts";

const PREDECESSORS_FILE = `{
  "model": "mao",
  "timeScale": 6,
  "llm": { "provider": "ollama", "model": "qwen2.5", "host": "http://127.0.0.1:11434", "wsPath": "/ws" }
}`;

Deno.test("appConfig() gives the predecessor's document when given the predecessor's file", () => {
  const { config, warnings } = parseConfig(PREDECESSORS_FILE);
  const shown = { name: "mao", entry: "/model/mao_pro.model3.json", timeScale: config.timeScale };
  assertEquals(warnings, []);
  assertEquals(
    JSON.stringify(appConfig(config, shown)),
    '{"model":"mao","entry":"/model/mao_pro.model3.json","timeScale":6,"llm":{"backendWsUrl":"ws://127.0.0.1:8000/ws"}}',
  );
});

Deno.test("appConfig() names an address that a client can open when the server listens everywhere", () => {
  const cases: [host: string, url: string][] = [
    ["0.0.0.0", "ws://127.0.0.1:9000/chat"],
    ["::", "ws://[::1]:9000/chat"],
    ["[::]", "ws://[::1]:9000/chat"],
    ["::1", "ws://[::1]:9000/chat"],
    ["localhost", "ws://localhost:9000/chat"],
    ["192.168.1.7", "ws://192.168.1.7:9000/chat"],
  ];
  for (const [HOST, url] of cases) {
    const { config } = parseConfig("", "test", { HOST, PORT: "9000", VTUBER_LLM_WS_PATH: "chat" });
    assertEquals(appConfig(config, { name: "a", entry: "/model/a", timeScale: 1 }).llm.backendWsUrl, url);
  }
});
