import { assertEquals } from "@std/assert";
import type { Ending } from "./ending.ts";
import { endingOf } from "./endings.ts";

const CASES: Record<Ending, readonly string[]> = {
  open: [
    "I was thinking and",
    "so what I mean is",
    "could you tell me the",
    "I would like to",
    "we met because",
    "um",
    "I went to the market, um",
    "wait",
    "no wait a second",
    "hmm",
    "let me think",
    "my number is five five five",
    "my number is 555 23",
    "it is spelled j o h",
    "could you tell me",
    "is it",
    "where did",
    "I want",
    "Yes,",
    "I thought that it…",
    "昨日買い物に行って",
    "明日は",
    "えーと",
    "ちょっと待って",
    "電話番号は零九零",
    "雨だから",
    "我觉得那个",
    "因为",
    "等一下",
    "我的电话是一三八",
    "如果明天下雨的话",
  ],
  complete: [
    "I went to the market with my sister yesterday",
    "What time is it?",
    "what should I wear to the wedding",
    "yes please",
    "No.",
    "my number is five five five one two three four",
    "555-1234",
    "I'm fine",
    "今日は天気がいいです",
    "何時ですか",
    "それを教えて",
    "もうやめて",
    "はい",
    "你今天怎么样",
    "我明天要去北京了",
    "现在几点？",
  ],
  unclear: [
    "the red one",
    "the quick brown",
    "I don't know why",
    "I learned to play",
    "tomorrow",
    "when does the library",
    "what are you looking for",
    "",
  ],
};

for (const [ending, texts] of Object.entries(CASES)) {
  Deno.test(`endingOf() is ${ending} where more must come, may come, or need not`, async (t) => {
    for (const text of texts) await t.step(`"${text}"`, () => assertEquals(endingOf(text), ending));
  });
}
