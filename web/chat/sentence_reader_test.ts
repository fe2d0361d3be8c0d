import { assertEquals } from "@std/assert";
import { SentenceReader } from "./sentence_reader.ts";

/** Feeds a text letter by letter, as a stream of the smallest tokens would. */
function readAll(text: string, reader = new SentenceReader()): string[] {
  const given: string[] = [];
  for (let end = 1; end <= text.length; end++) given.push(...reader.read(text.slice(0, end)));
  return [...given, ...reader.rest(text)];
}

Deno.test("SentenceReader gives each finished sentence once", () => {
  const cases: [text: string, sentences: string[]][] = [
    ["Hello there. How are you? Fine", ["Hello there.", "How are you?", "Fine"]],
    ["こんにちは。元気ですか？はい", ["こんにちは。", "元気ですか？", "はい"]],
    ["One line\nand another", ["One line", "and another"]],
    ["See **this** `code` and [a page](https://x.example/).", ["See this code and a page."]],
    ["", []],
  ];
  for (const [text, sentences] of cases) assertEquals(readAll(text), sentences, text);
});

Deno.test("SentenceReader holds the last sentence back while it may grow", () => {
  const reader = new SentenceReader();
  assertEquals(reader.read("It costs 3."), []);
  assertEquals(reader.read("It costs 3.50 today. And"), ["It costs 3.50 today."]);
});

Deno.test("SentenceReader does not wait for ever for an end", () => {
  const words = "word ".repeat(200);
  const given = readAll(words);
  assertEquals(given.join(" "), words.trim());
  assertEquals(given.every((piece) => piece.length <= 400), true);
});

Deno.test("SentenceReader leaves out what was there before", () => {
  const before = "Read long ago. ";
  assertEquals(new SentenceReader(before.length).rest(before + "New."), ["New."]);
});
