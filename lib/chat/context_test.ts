import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { contextBudget, contextUse, estimateTokens, messagesFor } from "./context.ts";
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

Deno.test("messagesFor() tells examples, greeting and reminder in their places", () => {
  const examples = [{ role: "user" as const, content: "eu" }, { role: "assistant" as const, content: "ea" }];
  const options = { system: "s", examples, greeting: "welcome", reminder: "r", budget: 1_000 };
  assertEquals(
    messagesFor([turn("a", "A"), turn("now", "")], options).map(({ role, content }) => `${role} ${content}`),
    [
      "system s",
      "user eu",
      "assistant ea",
      "assistant welcome",
      "user a",
      "assistant A",
      "system r",
      "user now",
    ],
  );
});

Deno.test("messagesFor() leaves the greeting out before any turn, and examples that are too long", () => {
  const long = "x".repeat(400);
  const tight = messagesFor([turn("a", "A"), turn("now", "")], { greeting: long, budget: 50 });
  assertEquals(tight.map(({ content }) => content), ["a", "A", "now"]);
  const examples = [{ role: "assistant" as const, content: long }];
  assertEquals(messagesFor([turn("now", "")], { examples, budget: 300 }).length, 1);
  assertEquals(messagesFor([turn("now", "")], { examples, budget: 400 }).length, 2);
});

Deno.test("contextUse() counts what the model is told, the open turn with it", () => {
  const long = "長い話".repeat(100);
  const turns = [turn("oldest", "x"), turn("failed", ""), turn("old", long), turn("new", long)];
  const options = { system: "s", budget: 400 };
  const use = contextUse(turns, options);
  assertEquals([use.turnsTold, use.turns, use.budget], [1, 3, 400]);
  assertEquals(use.used, estimateTokens(messagesFor([...turns, turn("", "")], options)) - 4);
  assertEquals(contextUse([], options), { used: 5, budget: 400, turnsTold: 0, turns: 0 });
  assertEquals(contextUse([{ ...turn("now", ""), state: "streaming" }], options).turnsTold, 1);
});

Deno.test("contextBudget() keeps room for the answer", () => {
  assertEquals(contextBudget(), 3_072);
  assertEquals(contextBudget(32_768), 31_744);
  assertEquals(contextBudget(1_000), 750);
  assertEquals(contextBudget(32_768, 4_096), 28_672);
  assertEquals(contextBudget(32_768, -1), 31_744);
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
