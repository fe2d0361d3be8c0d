import { assertEquals } from "@std/assert";
import { messagesFor } from "./context.ts";
import { heardOffset } from "./conversation_speech.ts";
import { exportJson } from "./export.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

const TURN: TurnRecord = { turn: "t", prompt: "Hi", text: "Hello 😀 you", thinking: "", state: "done" };

Deno.test("what was heard lies within the text, and ends in no half of a character", () => {
  const offsets = [-1, 0, 6, 7, 8, 12, 99].map((heard) => heardOffset(TURN.text, heard));
  assertEquals(offsets, [0, 0, 6, 6, 8, 12, 12]);
  // A text that ends in half of a character itself is not cut.
  assertEquals(heardOffset("a\ud83d", 2), 2);
});

Deno.test("the model is told what was heard and no more; of what nobody heard, nothing", () => {
  const next: TurnRecord = { ...TURN, turn: "u", prompt: "And?", text: "", state: "streaming" };
  const told = (heard?: number) =>
    messagesFor([{ ...TURN, ...(heard !== undefined && { heard }) }, next], { budget: 1_000 })
      .filter(({ role }) => role === "assistant").map(({ content }) => content);
  assertEquals([told(), told(8), told(6), told(0)], [[TURN.text], ["Hello 😀"], ["Hello"], []]);
});

Deno.test("what was heard is exported", () => {
  const stored = { id: "c", title: "T", created: 0, updated: 0, turns: [{ ...TURN, heard: 6 }] };
  const { turns } = JSON.parse(exportJson(stored as Parameters<typeof exportJson>[0])) as { turns: TurnRecord[] };
  assertEquals(turns.map(({ heard, text }) => [heard, text]), [[6, TURN.text]]);
});
