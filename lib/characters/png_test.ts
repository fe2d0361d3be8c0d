import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { crc32, isPng, LONGEST_TEXT, pngTexts } from "./png.ts";
import { chunk, packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";

Deno.test("crc32() is the checksum of the PNG specification", () => {
  // The well-known check value of CRC-32, and the checksum that ends every PNG.
  assertEquals(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assertEquals(crc32(new TextEncoder().encode("IEND")), 0xae426082);
});

Deno.test("pngTexts() reads every kind of text, the first of each keyword", () => {
  const picture = png(
    textChunk("a", "plain"),
    textChunk("a", "again"),
    packedTextChunk("b", "packed"),
    unicodeTextChunk("c", "ユニコード", false),
    unicodeTextChunk("d", "ユニコード", true),
  );
  assertEquals([...pngTexts(picture, ["a", "b", "c", "d", "e"])], [
    ["a", "plain"],
    ["b", "packed"],
    ["c", "ユニコード"],
    ["d", "ユニコード"],
  ]);
});

Deno.test("pngTexts() passes over what it has no use for, and stops at the end", () => {
  const picture = png(chunk("eXIf", new Uint8Array(100)));
  assertEquals([...pngTexts(new Uint8Array([...picture, 1, 2, 3]), ["a"])], []);
});

Deno.test("pngTexts() says what is wrong with a picture", () => {
  const whole = png(textChunk("a", "plain"));
  const damaged = whole.slice();
  damaged[whole.length - 20]! ^= 1;
  const bomb = packedTextChunk("a", " ".repeat(LONGEST_TEXT + 1));
  const cases: [picture: Uint8Array, problem: string][] = [
    [damaged, "the checksum differs"],
    [png(chunk("iTXt", Uint8Array.of(97, 0, 0, 0, 101))), "a text ends in the middle"],
    [png(chunk("zTXt", Uint8Array.of(97, 0, 0, 1, 2, 3))), "damaged, or longer"],
    [png(bomb), "damaged, or longer"],
    [png(textChunk("a", " ".repeat(LONGEST_TEXT))), "at most"],
  ];
  for (const [picture, problem] of cases) assertThrows(() => pngTexts(picture, ["a"]), Error, problem);
});

Deno.test("pngTexts() unpacks no text that nobody asks for, and none twice", () => {
  const bomb = packedTextChunk("b", " ".repeat(LONGEST_TEXT));
  const picture = png(
    ...Array<Uint8Array>(1_000).fill(bomb),
    textChunk("a", "plain"),
    chunk("tEXt", Uint8Array.of(65)),
  );
  const before = performance.now();
  assertEquals([...pngTexts(picture, ["a"])], [["a", "plain"]]);
  assertEquals(pngTexts(picture, ["b"]).get("b")?.length, LONGEST_TEXT);
  // 8 GB are unpacked in some ten seconds.
  assertLess(performance.now() - before, 4_000);
});

Deno.test("pngTexts() says that a file ends in the middle, wherever within a chunk it does", () => {
  const text = textChunk("a", "plain");
  const whole = png(text);
  const end = whole.length - 12;
  for (let length = end - text.length + 1; length < end; length++) {
    assertThrows(() => pngTexts(whole.subarray(0, length), ["a"]), Error, "ends in the middle");
  }
});

Deno.test("isPng() knows a PNG by its first bytes", () => {
  assertEquals([isPng(png()), isPng(new Uint8Array(8)), isPng(new Uint8Array())], [true, false, false]);
});
