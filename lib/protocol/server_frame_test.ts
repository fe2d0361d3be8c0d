import { assertEquals, assertThrows } from "@std/assert";
import type { ServerFrame } from "./v2.ts";
import { STATUS } from "@/web/connection/fake_environment.ts";
import { parseServerFrame } from "./server_frame.ts";

Deno.test("parseServerFrame() gives every known frame as it was sent", () => {
  const frames: ServerFrame[] = [
    {
      type: "welcome",
      session: "s",
      role: "guest",
      seq: 9,
      resumed: false,
      status: { ...STATUS, version: "0.12.0" },
      character: { name: "Sora", greeting: "Hello", otherGreetings: ["Hey", "Oh!"], picture: "/p?id=s" },
      history: [
        {
          turn: "a",
          prompt: "Hi",
          greeting: "Hey",
          text: "Hello",
          thinking: "",
          state: "done",
          reason: "stop",
          provider: "ollama",
        },
        {
          turn: "b",
          prompt: "Hm",
          text: "",
          thinking: "",
          state: "failed",
          error: { code: "timeout", message: "Late" },
        },
      ],
    },
    { type: "queued", turn: "a", seq: 1, text: "Hi", greeting: "Hey" },
    { type: "character" },
    { type: "result", id: "1", value: [{ any: "thing" }] },
    { type: "progress", id: "1", value: null },
    { type: "refused", id: "1", code: "not_found", message: "Gone", hint: "Look elsewhere" },
    {
      type: "avatar",
      config: { model: "mao", entry: "/model/mao.model3.json", timeScale: 6, llm: { backendWsUrl: "ws://h/ws" } },
    },
    { type: "start", turn: "a", seq: 2, provider: "demo", model: "demo" },
    { type: "chunk", turn: "a", seq: 3, data: "こん" },
    { type: "thinking", turn: "a", seq: 4, data: "hm" },
    { type: "emotion", turn: "a", seq: 5, name: "happy", intensity: 0.5, at: 2 },
    { type: "end", turn: "a", seq: 6, reason: "cancelled" },
    {
      type: "error",
      turn: "a",
      seq: 7,
      code: "model_missing",
      message: "No model",
      hint: "ollama pull",
      server: "Ollama",
    },
    { type: "error", code: "bad_frame", message: "Unreadable" },
    { type: "recovered", code: "bus_lost" },
    { type: "status", ...STATUS, provider: "none", modelPresent: null },
    { type: "ping" },
  ];
  for (const frame of frames) assertEquals(parseServerFrame(JSON.stringify(frame)), frame);
});

Deno.test("parseServerFrame() takes a provider's name as the server says it", () => {
  const start: ServerFrame = { type: "start", turn: "a", seq: 1, provider: "llama.cpp", model: "m" };
  assertEquals(parseServerFrame(JSON.stringify(start)), start);
  const status: ServerFrame = { type: "status", ...STATUS, provider: "llama.cpp" };
  assertEquals(parseServerFrame(JSON.stringify(status)), status);
});

Deno.test("parseServerFrame() leaves out what a newer server may add", () => {
  assertEquals(parseServerFrame('{"type":"fireworks"}'), null);
  assertEquals(parseServerFrame('{"type":"end","turn":"a","seq":1,"reason":"tired"}'), {
    type: "end",
    turn: "a",
    seq: 1,
    reason: "stop",
  });
  assertEquals(parseServerFrame('{"type":"error","code":"new_code","message":"?"}'), {
    type: "error",
    code: "internal",
    message: "?",
  });
});

Deno.test("parseServerFrame() throws when a frame cannot be read", () => {
  const cases: [data: unknown, message: string][] = [
    [new ArrayBuffer(1), "binary"],
    ["{", "as JSON"],
    ["[]", "a JSON object"],
    ["{}", "type must be a string"],
    ['{"type":"chunk","turn":"a","seq":"1","data":"x"}', "seq must be a number"],
    ['{"type":"chunk","turn":"a","seq":1}', "data must be a string"],
    ['{"type":"welcome","session":"s","seq":1,"history":{},"status":{}}', "history must be a list"],
    [
      '{"type":"welcome","session":"s","seq":1,"history":[{"turn":"a","prompt":"","text":"","thinking":"","state":"odd"}]}',
      'state is "odd"',
    ],
  ];
  for (const [data, message] of cases) assertThrows(() => parseServerFrame(data), SyntaxError, message);
});
