import { assertEquals, assertGreater } from "@std/assert";
import { contextBudget, contextUse, messagesFor } from "./context.ts";
import { TokenCounter } from "./token_count.ts";
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
  const messages = messagesFor(turns, { system: "s", budget: 600 });
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
  const options = { system: "s", budget: 600 };
  const use = contextUse(turns, options);
  assertEquals([use.turnsTold, use.turns, use.budget], [1, 3, 600]);
  const counter = new TokenCounter();
  const empty = counter.count([{ role: "user", content: "" }]);
  assertEquals(use.used, counter.count(messagesFor([...turns, turn("", "")], options)) - empty);
  assertEquals(contextUse([], options), { used: 6, exact: false, budget: 600, turnsTold: 0, turns: 0 });
  assertEquals(contextUse([{ ...turn("now", ""), state: "streaming" }], options).turnsTold, 1);
});

Deno.test("contextBudget() keeps room for the answer", () => {
  assertEquals(contextBudget(), 3_072);
  assertEquals(contextBudget(32_768), 31_744);
  assertEquals(contextBudget(1_000), 750);
  assertEquals(contextBudget(32_768, 4_096), 28_672);
  assertEquals(contextBudget(32_768, -1), 31_744);
});

Deno.test("contextUse() takes the server's count where it counted the whole, and says so", () => {
  const turns = [turn("a", "A".repeat(400)), turn("b", "B".repeat(400))];
  const options = { budget: 1_000 };
  const { used, exact } = contextUse(turns, options);
  assertEquals(exact, false);
  assertEquals(contextUse(turns, options, used - 40).used, used - 40);
  assertEquals(contextUse(turns, options, used - 40).exact, true);
  // A cache left a part of the prompt out; thoughts were counted that nobody saw.
  for (const counted of [Math.floor(used / 3), used * 3]) {
    assertEquals(contextUse(turns, options, counted), contextUse(turns, options));
  }
});

Deno.test("A13: a prompt of 12,000 digits fills the context: what was said before is not told, and contextUse() says so", () => {
  const turns = [turn("a", "A"), { ...turn("7".repeat(12_000), ""), state: "streaming" as const }];
  const options = { budget: contextBudget() };
  assertEquals(messagesFor(turns, options).length, 1);
  const { used, turnsTold, turns: tellable } = contextUse(turns, options);
  assertGreater(used, 12_000);
  assertEquals([turnsTold, tellable], [1, 2]);
});

Deno.test("messagesFor() and contextUse() go by the counter they are given", () => {
  const turns = [turn("a", "A"), turn("now", "")];
  const count = (messages: readonly unknown[]) => 10 * messages.length;
  assertEquals(messagesFor(turns, { budget: 29, count }).length, 1);
  assertEquals(messagesFor(turns, { budget: 30, count }).length, 3);
  assertEquals(contextUse([turn("a", "A")], { budget: 30, count }).used, 20);
});

Deno.test("messagesFor() tells the greeting that the first turn was said to, whatever is said first now", () => {
  const turns = [{ ...turn("a", "A"), greeting: "Chosen" }, turn("now", "")];
  assertEquals(messagesFor(turns, { greeting: "Other", budget: 100 }).map(({ content }) => content), [
    "Chosen",
    "a",
    "A",
    "now",
  ]);
  assertEquals(messagesFor(turns.slice(0, 1), { budget: 100 })[0], { role: "assistant", content: "Chosen" });
});

Deno.test("W11: messagesFor() tells an answer that is gone on with last, and of a long one its end", () => {
  const options = { system: "s", reminder: "r", inserts: [{ role: "system" as const, content: "i", depth: 0 }] };
  const told = (text: string, budget: number) =>
    messagesFor([turn("a", "A"), turn("now", text)], { ...options, budget }).map(({ content }) => content);
  assertEquals(told("Once", 1_000), ["s", "a", "A", "r", "now", "i", "Once"]);
  const story = Array.from({ length: 400 }, (_, i) => `😀${i}`).join("");
  const [, end = "", ...none] = told(story, 500).slice(-2);
  assertEquals(none, []);
  assertGreater(end.length, 200);
  assertEquals(new TokenCounter().count([{ role: "assistant", content: end }]) < 500, true, `${end.length} characters`);
  assertEquals(story.endsWith(end) && end.isWellFormed(), true, end);
});
