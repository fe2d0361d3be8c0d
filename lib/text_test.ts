import { assertEquals } from "@std/assert";
import { cut, plainName, shorten } from "./text.ts";

Deno.test("shorten() takes the ellipsis for one of the characters", () => {
  assertEquals([shorten("abcd", 4), shorten("abcde", 4), shorten("", 4)], ["abcd", "abc…", ""]);
});

Deno.test("cut() takes whole graphemes until one does not fit, and none behind it", () => {
  const family = "👩‍👩‍👧‍👦";
  assertEquals(cut(`ab${family}c`, 4, (grapheme) => grapheme.length), "ab");
  assertEquals(cut(`${family}${family}`, 30, (grapheme) => new TextEncoder().encode(grapheme).length), family);
  assertEquals([cut("e\u0301x", 2, () => 1), cut("", 0, () => 1)], ["e\u0301x", ""]);
});

Deno.test("plainName() is one line without signs that are not seen", () => {
  assertEquals(plainName("\u202eieM\0\n \u2067梅\u2069 "), "ieM 梅");
  // What joins an emoji is a part of it.
  assertEquals(plainName("👩\u200d🎤"), "👩\u200d🎤");
});
