import { assertEquals, assertThrows } from "@std/assert";
import { parseClientFrame } from "./client_frame.ts";
import type { ClientFrame } from "./v2.ts";

Deno.test("parseClientFrame() reads every frame and drops what it does not know", () => {
  const frames: ClientFrame[] = [
    { type: "hello" },
    { type: "hello", session: "s", after: 0 },
    { type: "prompt", turn: "t", text: "" },
    { type: "prompt", turn: "t", text: "hi", greeting: 2 },
    { type: "continue", turn: "t" },
    { type: "stop", turn: "t" },
    { type: "reset" },
    { type: "call", id: "1", method: "m", params: { deep: [null] } },
    { type: "cancel", id: "1" },
  ];
  for (const frame of frames) {
    assertEquals(parseClientFrame(JSON.stringify({ ...frame, unknown: true })), frame);
  }
});

Deno.test("parseClientFrame() names the field that is wrong", () => {
  const cases: [unknown, string][] = [
    [new Uint8Array(1).buffer, "binary"],
    ["{", "as JSON"],
    ["null", "a JSON object"],
    ["[]", "a JSON object"],
    ['{"type":"nope"}', 'type is "nope"'],
    ["{}", "type is undefined"],
    ['{"type":"prompt","text":"x"}', "turn must be a string"],
    ['{"type":"prompt","turn":"","text":"x"}', "turn must have 1 to 64"],
    [JSON.stringify({ type: "prompt", turn: "x".repeat(65), text: "x" }), "it has 65"],
    ['{"type":"prompt","turn":"t"}', "text must be a string"],
    ['{"type":"prompt","turn":"t","text":"x","greeting":-1}', "greeting must be a whole number"],
    ['{"type":"hello","after":-1}', "after must be a whole number"],
    ['{"type":"hello","after":1.5}', "after must be a whole number"],
    ['{"type":"hello","session":7}', "session must be a string"],
    ['{"type":"call","id":"1","params":{}}', "method must be a string"],
    ['{"type":"call","method":"m","params":{}}', "id must be a string"],
    ['{"type":"cancel","id":""}', "id must have 1 to 64"],
  ];
  for (const [frame, words] of cases) assertThrows(() => parseClientFrame(frame), SyntaxError, words);
});
