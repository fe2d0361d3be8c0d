import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { estimateTokens, messagesFor } from "./context.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

function turn(prompt: string, text: string): TurnRecord {
  return { turn: prompt, prompt, text, thinking: "never told", state: "done" };
}

Deno.test("messagesFor() is a lone user message for a first prompt without a character", () => {
  assertEquals(messagesFor([turn("hi", "")], { budget: 100 }), [{ role: "user", content: "hi" }]);
});

Deno.test("messagesFor() tells the conversation in order, without thoughts and unanswered turns", () => {
  const turns = [turn("a", "A"), turn("failed", ""), turn("b", "B"), turn("now", "")];
  assertEquals(messagesFor(turns, { system: "You are Mao", budget: 1_000 }), [
    { role: "system", content: "You are Mao" },
    { role: "user", content: "a" },
    { role: "assistant", content: "A" },
    { role: "user", content: "b" },
    { role: "assistant", content: "B" },
    { role: "user", content: "now" },
  ]);
});

Deno.test("messagesFor() leaves the oldest turns out whole, and keeps every character of the others", () => {
  const long = "長い話".repeat(100);
  const turns = [turn("oldest", "x"), turn("old", long), turn("new", long), turn("now", "")];
  const messages = messagesFor(turns, { system: "s", budget: 400 });
  assertEquals(messages.map(({ content }) => content), ["s", "new", long, "now"]);
});

Deno.test("messagesFor() always has the system text and the last prompt", () => {
  const messages = messagesFor([turn("a", "A"), turn("x".repeat(4_000), "")], { system: "s", budget: 10 });
  assertEquals(messages.map(({ role }) => role), ["system", "user"]);
});

Deno.test("estimateTokens() is near what tokenizers say in any script", () => {
  const cases: [string, number][] = [["The quick brown fox jumps over the lazy dog.", 10], [
    "こんにちは、元気ですか",
    9,
  ]];
  for (const [content, tokens] of cases) {
    const estimate = estimateTokens([{ role: "user", content }]);
    assertGreater(estimate, tokens * 0.8);
    assertLess(estimate, tokens * 2);
  }
});
