import { assertEquals } from "@std/assert";
import { titleOf } from "./title.ts";

Deno.test("titleOf() is the first line, in one line, as it is when it is short", () => {
  const cases: [string, string][] = [
    ["Hello", "Hello"],
    ["\n\n  First   line \t \nsecond", "First line"],
    ["a\0b\x1b[1m", "a b [1m"],
    ["windows\r\nline", "windows"],
    ["  ", ""],
    ["x".repeat(60), "x".repeat(60)],
  ];
  for (const [prompt, title] of cases) assertEquals(titleOf(prompt), title);
});

Deno.test("titleOf() cuts a long line at the end of a word, with and without blanks between words", () => {
  assertEquals(
    titleOf("Could you please tell me everything about the wonderful history of tea?"),
    "Could you please tell me everything about the wonderful…",
  );
  const japanese = "私は昨日友達と一緒に東京の大きな公園へ行って".repeat(3);
  const title = titleOf(japanese);
  const count = [...title].length;
  assertEquals([title.endsWith("…"), count <= 60, count > 50], [true, true, true]);
  assertEquals(japanese.startsWith(title.slice(0, -1)), true);
});

Deno.test("titleOf() never cuts a character, and cuts a word that is too long", () => {
  const family = "👩‍👩‍👧‍👦";
  assertEquals(titleOf(family.repeat(70)), `${family.repeat(59)}…`);
  assertEquals(titleOf("e\u0301".repeat(61)), `${"e\u0301".repeat(59)}…`);
  assertEquals(titleOf(`See ${"x".repeat(100)}`), `See ${"x".repeat(55)}…`);
});
