import { assert, assertEquals } from "@std/assert";
import type { SpokenSentence } from "@/lib/protocol/speech.ts";
import { heardTo, shareSaid, wordsOf } from "./heard_words.ts";

function sentence(text: string, say: string, language = "en"): SpokenSentence {
  return { index: 0, from: 0, to: text.length, say, language };
}

Deno.test("wordsOf() gives each word its time, and none to what is not said", () => {
  const text = "See **the docs** [here](https://example.com/docs) now.";
  const words = wordsOf(sentence(text, "See the docs here now."), text);
  assertEquals(words.map(({ from, to }) => text.slice(from, to)), ["See", "the", "docs", "here", "now"]);
  assertEquals(words[0]!.begins, 0);
  assert(words.every(({ begins }, i) => i === 0 || begins > words[i - 1]!.begins));
});

Deno.test("heardTo() is the end of the word that is being said", () => {
  const text = "Hello wide world.";
  const said = sentence(text, text);
  const words = wordsOf(said, text);
  assertEquals([0, 0.3, 0.4, 0.99, 1].map((share) => text.slice(0, heardTo(said, words, share))), [
    "Hello",
    "Hello",
    "Hello wide",
    "Hello wide world",
    "Hello wide world",
  ]);
});

Deno.test("wordsOf() tells words of scripts without blanks apart", () => {
  const text = "今日は天気がいいですね。";
  const words = wordsOf(sentence(text, text, "ja"), text);
  assert(words.length > 3, JSON.stringify(words));
  assertEquals(words.map(({ from, to }) => text.slice(from, to)).join(""), "今日は天気がいいですね");
});

Deno.test("wordsOf() goes by all words where they are said in others", () => {
  const text = "42 %";
  assertEquals(wordsOf(sentence(text, "forty-two percent"), text).map(({ from, to }) => [from, to]), [[0, 2]]);
});

Deno.test("shareSaid() does not count silences, and takes for speech what is not known yet", () => {
  const track = [
    { at: 0, shape: "rest", strength: 0 },
    { at: 500, shape: "a", strength: 1 },
    { at: 1_000, shape: "rest", strength: 0 },
  ] as const;
  assertEquals([0, 500, 750, 1_000, 1_200].map((ms) => shareSaid(track, ms, 1_200)), [0, 0, 0.5, 1, 1]);
  assertEquals(shareSaid(track, 1_000, 2_000), 1 / 3);
  assertEquals(shareSaid([], 250, 1_000), 0.25);
});
