import { assertEquals } from "@std/assert";
import { sameWords } from "./same_words.ts";

const SAME = [
  ["how are you", "How are you?"],
  ["Wait. What", "wait, what"],
  ["it's well-known", "its well known"],
  ["今日は 天気がいい", "今日は天気がいい。"],
  ["你好吗", "你好吗?"],
  ["ｆｕｌｌ", "Full"],
  ["Où ça", "où ça…"],
  ["", " . "],
] as const;

const OTHERS = [
  ["how are you", "how are you today"],
  ["3.5 percent", "35 percent"],
  ["5 or -5", "5 or 5"],
  ["C#", "C"],
  ["5%", "5"],
  ["5 $", "5 €"],
  ["ça", "ca"],
  ["か", "が"],
] as const;

Deno.test("texts are the same words whatever their case, punctuation and blanks, and nothing else", () => {
  for (const [one, other] of SAME) assertEquals([one, other, sameWords(one, other)], [one, other, true]);
  for (const [one, other] of OTHERS) assertEquals([one, other, sameWords(one, other)], [one, other, false]);
});
