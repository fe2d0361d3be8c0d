import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { charactersOf } from "./characters.ts";
import { contextOf } from "./character.ts";
import { TokenCounter } from "@/lib/chat/token_count.ts";
import { parseConfig } from "@/lib/config/load.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";
import { MarksStage } from "@/lib/stages/marks.ts";
import { outcomeOf } from "@/lib/stages/run_fixture.ts";

const BUILTIN = Object.keys(BUILTIN_PERSONAS);

function of(config: unknown, root = "."): ReturnType<typeof charactersOf> {
  return charactersOf(parseConfig(JSON.stringify(config)).config, ["./elsewhere", root]);
}

Deno.test("charactersOf() chooses by prompt, then the first configured, then the first built-in character", async () => {
  const chat = { api: "chat" };
  const cases: [config: unknown, id: string | undefined][] = [
    [{ llm: chat }, "companion"],
    [{ llm: chat, prompt: "tutor" }, "tutor"],
    [{ prompt: "tutor" }, "tutor"],
    [{ prompts: { pirate: "Arr" } }, "pirate"],
    [{ prompts: { pirate: "Arr", cook: "Mh" }, prompt: "cook" }, "cook"],
    [{ prompts: { pirate: "Arr" }, prompt: "streamer" }, "streamer"],
    [{ prompt: "unknown" }, "companion"],
    [{}, "companion"],
    [{ llm: { api: "generate" } }, "companion"],
    [{ prompt: "none" }, undefined],
    [{ prompt: "none", prompts: { pirate: "Arr" } }, undefined],
    [{ prompt: "none", prompts: { none: "Nobody at all" } }, "none"],
    [{ llm: { provider: "ollama", model: "qwen2.5", host: "http://127.0.0.1:11434", wsPath: "/ws" } }, undefined],
  ];
  for (const [config, id] of cases) assertEquals((await of(config)).chosen?.id, id, JSON.stringify(config));
});

Deno.test("charactersOf() lists configured characters, then built-in ones that they do not replace", async () => {
  const { all } = await of({ prompts: { pirate: "Arr", tutor: { text: "Mine", model: "mao" } } });
  assertEquals(all.map(({ id }) => id), ["pirate", "tutor", "companion", "streamer"]);
  assertEquals(all.find(({ id }) => id === "tutor"), {
    id: "tutor",
    name: "tutor",
    text: "Mine",
    model: "mao",
    otherGreetings: [],
    examples: [],
  });
});

Deno.test("charactersOf() reads cards, and lets the configuration have the last word", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      join(root, "a.json"),
      JSON.stringify({ name: "Alice", first_mes: "Hi", personality: "p" }),
    );
    const { chosen, warnings } = await of({
      prompts: { a: { card: "a.json", greeting: "Hello", examples: [{ user: "u", assistant: "v" }] } },
    }, root);
    assertEquals(warnings, []);
    assertEquals([chosen?.id, chosen?.name, chosen?.greeting], ["a", "Alice", "Hello"]);
    assertEquals(chosen?.examples.map(({ content }) => content), ["u", "v"]);
    assertStringIncludes(chosen!.text, "Personality: p");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("charactersOf() warns of a card that cannot be read, and does without it", async () => {
  const { all, chosen, warnings } = await of({ prompts: { a: { card: "missing.png" } }, prompt: "a" });
  assertEquals([all.length, chosen?.id, warnings.length], [BUILTIN.length, "companion", 1]);
  assertStringIncludes(warnings[0]!, "missing.png: there is no such file");
});

Deno.test("the built-in characters greet, answer in the user's language, and mark their feelings", async () => {
  const { all } = await of({});
  for (const character of all) {
    const counter = new TokenCounter();
    const context = contextOf(character, {
      messages: () => [],
      conversation: "",
      budget: 3_000,
      count: (messages) => counter.count(messages),
    });
    assertEquals(context.greeting, character.greeting);
    assertStringIncludes(context.system!, "language the user writes in");
    assertStringIncludes(context.system!, "[happy]");
    // Small contexts must have room for a conversation, too.
    const told = [{ role: "system" as const, content: context.system! }, ...character.examples];
    assert(new TokenCounter().count(told) < 900, character.id);
    for (const { role, content } of character.examples) {
      const { emotions } = outcomeOf([content], [new MarksStage()]);
      assertEquals(emotions.length > 0, role === "assistant");
    }
  }
});
