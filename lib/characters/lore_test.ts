import { assertEquals, assertStringIncludes } from "@std/assert";
import { activeLore } from "./lore.ts";
import { type LoreBook, readLoreBook } from "./lorebook.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

type Fields = Record<string, unknown>;

function read(value: unknown): { book: LoreBook | undefined; warnings: string[] } {
  const warnings: string[] = [];
  const book = readLoreBook(value, (key) => key.replace("{{char}}", "Mei"), (warning) => warnings.push(warning));
  return { book, warnings };
}

function talk(...lines: string[]): ChatMessage[] {
  return lines.map((content, i) => ({ role: (lines.length - 1 - i) % 2 === 0 ? "user" : "assistant", content }));
}

/** Contents that are told, in their order. A character is a token. */
function told(book: Fields, said: ChatMessage[], budget = 1_000): string[] {
  return activeLore(read(book).book!, {
    messages: said,
    budget,
    count: (text) => text.length,
    fill: (text, hidden) => text.replace(/\{\{hidden_key:(.*?)\}\}/g, hidden ? "$1" : ""),
  }).entries.map(({ content }) => content);
}

function entry(keys: string | string[], content: string, more: Fields = {}): Fields {
  return { keys: [keys].flat(), content, enabled: true, insertion_order: 10, extensions: {}, ...more };
}

Deno.test("C4: lore is told whose keys stand in the last messages, and what is constant", () => {
  const entries = [
    entry("tea", "Tea is green."),
    entry("{{char}}", "Mei is a fox."),
    entry([], "Always.", { constant: true }),
    entry("tea", "Never.", { enabled: false }),
    entry(["/wo+lf/i"], "Wolves."),
    entry("w.lf", "Patterns.", { use_regex: true }),
  ];
  assertEquals(told({ entries }, talk("hello")), ["Always."]);
  assertEquals(told({ entries }, talk("Mei, TEA?")), ["Tea is green.", "Mei is a fox.", "Always."]);
  assertEquals(told({ entries }, talk("WOOLF wilf")), ["Always.", "Wolves.", "Patterns."]);
});

Deno.test("C4: as many messages are looked through as book and entry say", () => {
  const said = talk("tea", "b", "c", "d", "e", "f");
  const deep = { extensions: { scan_depth: 9 } };
  const one = (book: Fields, more: Fields = {}) => told({ entries: [entry("tea", "T", more)], ...book }, said);
  assertEquals(one({}), []);
  assertEquals(told({ entries: [entry("c", "C")] }, said), ["C"]);
  assertEquals(one({ scan_depth: 6 }), ["T"]);
  assertEquals(one({ scan_depth: 5 }), []);
  assertEquals(one({ scan_depth: 1 }, deep), ["T"]);
  assertEquals(one({}, { content: "@@scan_depth 6\nT" }), ["T"]);
  assertEquals(told({ scan_depth: 0, entries: [entry("f", "F"), entry([], "K", { constant: true })] }, said), ["K"]);
});

Deno.test("C4: further keys must be there, or must not", () => {
  const logic = (selectiveLogic: number, more: Fields = {}) => ({
    selective: true,
    secondary_keys: ["green", "hot"],
    extensions: { selectiveLogic },
    ...more,
  });
  const tells = (said: string, more: Fields) => told({ entries: [entry("tea", "T", more)] }, talk(said)).length === 1;
  const says = ["tea", "green tea", "green hot tea", "green hot"];
  const table = (more: Fields) => says.map((said) => tells(said, more));
  assertEquals(table(logic(0)), [false, true, true, false]);
  assertEquals(table(logic(1)), [true, true, false, false]);
  assertEquals(table(logic(2)), [true, false, false, false]);
  assertEquals(table(logic(3)), [false, false, true, false]);
  assertEquals(table(logic(0, { selective: false })), [true, true, true, false]);
  assertEquals(table({ selective: true, secondary_keys: "green, hot" }), [false, true, true, false]);
});

Deno.test("C4: lower orders come first; without room the lowest priority goes first, what is constant last", () => {
  const entries = [
    entry("t", "ccc", { insertion_order: 3, priority: 9 }),
    entry("t", "aaa", { insertion_order: 1, priority: 1 }),
    entry("t", "bbb", { insertion_order: 2 }),
    entry("t", "ddd", { insertion_order: 4, priority: 0, constant: true }),
  ];
  assertEquals(told({ entries }, talk("t")), ["aaa", "bbb", "ccc", "ddd"]);
  assertEquals(told({ entries }, talk("t"), 9), ["bbb", "ccc", "ddd"]);
  assertEquals(told({ entries, token_budget: 7 }, talk("t")), ["ccc", "ddd"]);
  assertEquals(told({ entries, token_budget: 3 }, talk("t")), ["ddd"]);
  const { leftOut, tokens } = activeLore(read({ entries, token_budget: 7 }).book!, {
    messages: talk("t"),
    budget: 99,
    count: (text) => text.length,
    fill: (text) => text,
  });
  assertEquals([leftOut, tokens], [["t", "t"], 6]);
});

Deno.test("C4: told lore calls other lore where the book is recursive, and only there", () => {
  const entries = [
    entry("tea", "Tea comes from the hill.{{hidden_key:secret}}"),
    entry("hill", "On the hill stands a tower."),
    entry("tower", "The tower is old."),
    entry("secret", "S"),
    entry("old", "never called by lore", { extensions: { exclude_recursion: true } }),
  ];
  const all = ["Tea comes from the hill.", "On the hill stands a tower.", "The tower is old.", "S"];
  assertEquals(told({ entries, recursive_scanning: true }, talk("tea")), all);
  assertEquals(told({ entries, recursive_scanning: true, scan_depth: 1 }, talk("tea")), all);
  assertEquals(told({ entries, recursive_scanning: false }, talk("tea")), all.slice(0, 1));
  assertEquals(told({ entries }, talk("tea")), all.slice(0, 1));
  const silent = entries.with(0, entry("tea", "From the hill.", { extensions: { prevent_recursion: true } }));
  assertEquals(told({ entries: silent, recursive_scanning: true }, talk("tea")), ["From the hill."]);
  const round = [entry("a", "b"), entry("b", "a")];
  assertEquals(told({ entries: round, recursive_scanning: true }, talk("a")), ["b", "a"]);
});

Deno.test("C4: decorators of V3 are honoured, with what stands in for those that are not", () => {
  const place = (content: string) => read({ entries: [entry("a", content)] }).book?.entries[0]?.place;
  assertEquals(place("@@depth 2\n@@role user\n\nx"), { depth: 2, role: "user" });
  assertEquals(place("@@position before_desc\nx"), "before");
  assertEquals(place("@@some_other 1\n@@@depth 3\n@@@depth 4\nx"), { depth: 3, role: "system" });
  assertEquals(place("@@depth 1\n@@@depth 3\nx"), { depth: 1, role: "system" });
  const tells = (content: string, ...said: string[]) => told({ entries: [entry("a", content)] }, talk(...said));
  assertEquals(tells("@@activate\nx", "b"), ["x"]);
  assertEquals(tells("@@additional_keys b,c\nx", "a c"), ["x"]);
  assertEquals(tells("@@additional_keys b,c\nx", "a"), []);
  assertEquals(tells("@@exclude_keys b\nx", "a b"), []);
  assertEquals(tells("@@activate_only_after 1\nx", "a"), []);
  assertEquals(tells("@@activate_only_after 1\nx", "1", "2", "a"), ["x"]);
  assertEquals(tells("@@activate_only_every 2\nx", "1", "2", "a"), []);
  assertEquals(read({ entries: [entry("a", "@@dont_activate\nx")] }).book, undefined);
  assertStringIncludes(
    read({ entries: [entry("a", "@@is_greeting 1\nx")] }).warnings.join(),
    "@@is_greeting is not honoured",
  );
});

Deno.test("C4: books of other programs and shapes are read", () => {
  const books: Record<string, unknown> = {
    "V2": { entries: [entry("fox", "F", { position: "before_char", name: "Fox" })] },
    "V3, alone": {
      spec: "lorebook_v3",
      data: { entries: [entry("fox", "F", { position: "before_char", name: "Fox" })] },
    },
    "world info": {
      entries: {
        "0": {
          uid: 0,
          key: ["fox"],
          keysecondary: [],
          comment: "Fox",
          content: "F",
          order: 10,
          position: 0,
          disable: false,
        },
      },
    },
    "Agnai": {
      kind: "memory",
      entries: [{
        name: "Fox",
        entry: "F",
        keywords: ["fox"],
        priority: 1,
        weight: 10,
        enabled: true,
        position: "before_char",
      }],
    },
    "RisuAI": [{
      key: "fox, vixen",
      comment: "Fox",
      content: "@@position before_desc\nF",
      insertorder: 10,
      alwaysActive: false,
    }],
  };
  for (const [name, value] of Object.entries(books)) {
    const { book, warnings } = read(value);
    const [first, ...others] = book?.entries ?? [];
    assertEquals([first?.name, first?.content, first?.order, first?.place], ["Fox", "F", 10, "before"], name);
    assertEquals([others, warnings], [[], []], name);
    assertEquals(told(value as Fields, talk("a FOX")), ["F"], name);
  }
});

Deno.test("C4: SillyTavern's places, and its regular expressions that are none", () => {
  const placed = (position: number, more: Fields = {}) =>
    read({ entries: [entry("a", "x", { position: "after_char", use_regex: true, extensions: { position, ...more } })] })
      .book!
      .entries[0]!.place;
  assertEquals([placed(0), placed(1), placed(2), placed(5)], ["before", "after", "after", "after"]);
  assertEquals(placed(4, { depth: 2, role: 2 }), { depth: 2, role: "assistant" });
  assertEquals(placed(4), { depth: 4, role: "system" });
  const tavern = { use_regex: true, extensions: { position: 1, match_whole_words: true } };
  assertEquals(told({ entries: [entry("c++", "x", tavern)] }, talk("C++ it is")), ["x"]);
  assertEquals(told({ entries: [entry("cat", "x", tavern)] }, talk("concatenated")), []);
});

Deno.test("C4: what is not honoured is said once, with how often", () => {
  const chance = { extensions: { probability: 50, useProbability: true, sticky: 2, group: "g", vectorized: true } };
  const { warnings } = read({
    entries: [
      entry("a", "x", chance),
      entry("b", "x", chance),
      entry(["/(?=x)/"], "x"),
      entry([], "x"),
      entry("a", " "),
      3,
    ],
  });
  assertEquals(warnings, [
    "Lore: chance is not honoured (2 entries)",
    "Lore: times (sticky, cooldown, delay) are not honoured (2 entries)",
    "Lore: groups are not honoured (2 entries)",
    "Lore: what is found by meaning alone is not told (2 entries)",
    "Lore: the key /(?=x)/ is no regular expression that can be looked for (1 entry)",
    "Lore: entries without keys are never told (1 entry)",
    "Lore: entries without text were left out (1 entry)",
    "Lore: what is no entry was left out (1 entry)",
  ]);
  assertEquals(read({ entries: Array(2_001).fill(entry("a", "x")) }).warnings, [
    "Its lore book has 2001 entries: the first 2000 are told",
  ]);
});
