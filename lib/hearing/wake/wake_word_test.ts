import { assertEquals } from "@std/assert";
import { afterWakeWord } from "./wake_word.ts";

const CASES: readonly (readonly [text: string, words: readonly string[], rest: string | undefined])[] = [
  ["Natori, what time is it?", ["Natori"], "what time is it?"],
  ["hey natori what time is it", ["Natori"], "what time is it"],
  ["Okay, Natori!", ["Natori"], ""],
  // Recognisers write names as they like: a letter in four.
  ["Notori, sing", ["Natori"], "sing"],
  ["Nohari, sing", ["Natori"], undefined],
  ["Mo, sing", ["Mao"], undefined],
  ["I like Natori", ["Natori"], undefined],
  ["Natorium, sing", ["Natori"], undefined],
  ["Haru, sing", ["Natori", "Haru"], "sing"],
  ["Hiyori Momose, sing", ["Hiyori Momose"], "sing"],
  ["ねえ、マオ、歌って", ["マオ"], "歌って"],
  ["マオ歌って", ["マオ"], "歌って"],
  ["你好小春，今天怎么样", ["小春"], "今天怎么样"],
  ["what time is it", ["", "…"], undefined],
  ["", ["Mao"], undefined],
];

for (const [text, words, rest] of CASES) {
  Deno.test(`afterWakeWord() gives what follows, if she was called: "${text}" for ${words.join(" or ")}`, () => {
    assertEquals(afterWakeWord(text, words), rest);
  });
}
