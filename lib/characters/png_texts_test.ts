import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { LONGEST_TEXT, pngTexts } from "./png_texts.ts";
import { packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";
import { isPng, pngChunk } from "@/lib/png.ts";

function texts<Keyword extends string>(picture: Uint8Array, wanted: readonly Keyword[]): [Keyword, string][] {
  return pngTexts(picture, wanted).map(({ keyword, read }) => [keyword, read()]);
}

Deno.test("pngTexts() finds every kind of text, whatever the case of its keyword", () => {
  const picture = png(
    textChunk("a", "plain"),
    textChunk("A", "again"),
    packedTextChunk("b", "packed"),
    unicodeTextChunk("C", "ユニコード", false),
    unicodeTextChunk("d", "ユニコード", true),
    textChunk("other", "x"),
  );
  assertEquals(texts(picture, ["a", "b", "c", "d", "e"]), [
    ["a", "plain"],
    ["a", "again"],
    ["b", "packed"],
    ["c", "ユニコード"],
    ["d", "ユニコード"],
  ]);
});

Deno.test("pngTexts() passes over what it has no use for, and stops at the end", () => {
  const picture = png(pngChunk("eXIf", new Uint8Array(100)), pngChunk("tEXt", Uint8Array.of(65, 66)));
  assertEquals(texts(new Uint8Array([...picture, 1, 2, 3]), ["a"]), []);
});

Deno.test("a text in a PNG that cannot be read says why", () => {
  const cases: [text: Uint8Array, problem: string][] = [
    [pngChunk("iTXt", Uint8Array.of(97, 0, 0, 0, 101)), "it ends in the middle"],
    [pngChunk("zTXt", Uint8Array.of(97, 0, 0, 1, 2, 3)), "damaged, or longer"],
    [packedTextChunk("a", " ".repeat(LONGEST_TEXT + 1)), "damaged, or longer"],
    [textChunk("a", " ".repeat(LONGEST_TEXT)), "at most"],
  ];
  for (const [text, problem] of cases) assertThrows(() => texts(png(text), ["a"]), Error, problem);
});

Deno.test("C2: a text in a PNG with another checksum, or cut off, is told with what is wrong with it", () => {
  const whole = png(textChunk("a", "plain"));
  const damaged = whole.slice();
  damaged[whole.length - 20]! ^= 1;
  const [text, ...others] = pngTexts(damaged, ["a"]);
  assertEquals([text?.damage, others], ["its checksum differs", []]);
  // The end takes 12 bytes, the checksum 4.
  const cut = pngTexts(whole.subarray(0, whole.length - 12 - 4 - 2), ["a"])[0];
  assertEquals([cut?.damage, cut?.read()], ["the file ends within it", "pla"]);
  for (let length = 0; length < whole.length; length++) {
    for (const { read } of pngTexts(whole.subarray(0, length), ["a"])) assertEquals("plain".startsWith(read()), true);
  }
});

Deno.test("pngTexts() unpacks no text that nobody reads, and tells of few with one keyword", () => {
  const bomb = packedTextChunk("b", " ".repeat(LONGEST_TEXT));
  const picture = png(
    ...Array<Uint8Array>(1_000).fill(bomb),
    textChunk("a", "plain"),
    pngChunk("tEXt", Uint8Array.of(65)),
  );
  const before = performance.now();
  assertEquals(texts(picture, ["a"]), [["a", "plain"]]);
  assertEquals(texts(picture, ["b"]).map(([, { length }]) => length), Array(4).fill(LONGEST_TEXT));
  // 8 GB are unpacked in some ten seconds.
  assertLess(performance.now() - before, 4_000);
});

Deno.test("isPng() knows a PNG by its first bytes", () => {
  assertEquals([isPng(png()), isPng(new Uint8Array(8)), isPng(new Uint8Array())], [true, false, false]);
});
