import { assert, assertEquals } from "@std/assert";
import { guessFeeling } from "./classifier.ts";

const FELT: Record<string, string[]> = {
  happy: ["I'm so glad to see you!", "Thank you, that's lovely.", "会えて嬉しいです", "今天真开心", "ok 😊"],
  excited: ["That's amazing!!", "I can't wait!", "やったー！", "太棒了！", "🎉"],
  sad: ["I'm sorry to hear that.", "Unfortunately it broke.", "とても悲しい…", "好难过啊", "oh 😢"],
  angry: ["How dare you!", "That is so annoying.", "許せない！", "我很生气", "😡"],
  surprised: ["Wow, no way!", "What?!", "えっ、本当に？！", "天哪", "😲"],
  shy: ["You're making me blush.", "恥ずかしい…", "有点害羞", "照れるなあ"],
  scared: ["I'm worried about that.", "That sounds dangerous", "怖いよ", "我有点担心", "😨"],
  sleepy: ["Good night!", "I'm so tired.", "おやすみなさい", "晚安"],
  thinking: ["Hmm, let me think.", "うーん、そうだなあ", "让我想想", "🤔"],
};

Deno.test("guessFeeling() finds feelings in English, Japanese and Chinese", () => {
  for (const [name, sentences] of Object.entries(FELT)) {
    for (const sentence of sentences) {
      const guess = guessFeeling(sentence);
      assertEquals(guess?.name, name, sentence);
      assert(guess!.intensity > 0 && guess!.intensity <= 1);
    }
  }
});

Deno.test("guessFeeling() stays silent where nothing is felt", () => {
  const plain = [
    "",
    "The capital of France is Paris.",
    "The file is 3.14 MB!",
    "Don't worry.",
    "I'm not angry at all.",
    "She was never really sad.",
    "別に悲しくない",
    "我不生气",
    "`console.log(happy)` prints it",
    "see https://example.com/happy",
    "the nicest madrigal",
    "東京は日本の首都です。",
    "北京是中国的首都。",
  ];
  for (const sentence of plain) assertEquals(guessFeeling(sentence), undefined, sentence);
});

Deno.test("guessFeeling() hears emphasis", () => {
  const [calm, loud] = ["I am happy.", "I am happy!!"].map((sentence) => guessFeeling(sentence)?.intensity);
  assert(calm! < loud!);
});
