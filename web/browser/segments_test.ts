import { assertEquals } from "@std/assert";
import { firstLetter, sentencesOf } from "./segments.ts";

const TEXTS = [
  "",
  "Hello! How are you? I am 3.5 years old. And",
  "こんにちは。元気？「はい。」そう\n\n次",
  "No end at all",
  "...!?? 。。\n",
  'She said "no." Then left.',
];

Deno.test("A3: sentences are cut with and without Intl.Segmenter, and nothing of a text is lost", () => {
  for (const text of TEXTS) assertEquals(sentencesOf(text).join(""), text);
  const { Segmenter } = Intl;
  Reflect.deleteProperty(Intl, "Segmenter");
  try {
    for (const text of TEXTS) assertEquals(sentencesOf(text).join(""), text);
    assertEquals(sentencesOf(TEXTS[1]!), ["Hello! ", "How are you? ", "I am 3.", "5 years old. ", "And"]);
    assertEquals(sentencesOf(TEXTS[2]!), ["こんにちは。", "元気？", "「はい。」", "そう\n\n", "次"]);
    assertEquals([firstLetter("𝒜b"), firstLetter("")], ["𝒜", ""]);
  } finally {
    Object.defineProperty(Intl, "Segmenter", { value: Segmenter, configurable: true, writable: true });
  }
  assertEquals([firstLetter("👩‍🚀b"), firstLetter("")], ["👩‍🚀", ""]);
});
