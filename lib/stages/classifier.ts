/** Guesses the feeling of a sentence from its words and signs, for language models that mark none. */
import { type Emotion, EMOTIONS } from "@/lib/protocol/emotions.ts";

/** A feeling, and how strong it is, from 0 to 1. */
export interface Guess {
  name: Emotion;
  intensity: number;
}

interface Signs {
  /** English, matched as whole words; `*` stands for any ending. */
  words: string;
  /** Japanese and Chinese, matched anywhere. Plain enough not to be part of other words. */
  parts: string;
  /** Emoji, and faces made of signs. */
  faces: string;
}

/** `_` stands for a space. Where several fit at one place, the longest counts. */
const SIGNS: Record<Emotion, Signs> = {
  happy: {
    words:
      "happy happily happier glad great wonderful lovely nice thank_you thanks welcome hello hi hooray fun enjoy* " +
      "love_it good_job well_done congrat* delight* haha* hehe* lol pleased pleasure cheers beautiful sweet",
    parts:
      "嬉し うれし 楽し たのし 幸せ しあわせ ありがと よかった 良かった すてき 素敵 こんにちは ようこそ おめでと えへへ あはは 大好き " +
      "开心 開心 高兴 高興 快乐 快樂 太好了 真好 喜欢 喜歡 谢谢 謝謝 恭喜 你好 欢迎 歡迎 哈哈 嘻嘻 嘿嘿",
    faces: "😀 😃 😄 😁 😆 😊 🙂 ☺ 😂 🤣 😍 🥰 💕 ❤ 😇 😉 😋 👍 :) :-) :D :-D ^^ ^_^ (＾ （＾ ♪",
  },
  excited: {
    words:
      "excit* amazing awesome fantastic incredible thrill* can't_wait let's_go yay woohoo wow_yes so_cool brilliant",
    parts: "わくわく ワクワク やった すごい 凄い 最高 楽しみ 太棒 好棒 厉害 厲害 激动 激動 兴奋 興奮 万岁 萬歲 等不及",
    faces: "🤩 🎉 🥳 ✨ 🙌 🔥 🎊",
  },
  sad: {
    words: "sad sadly sadder unhappy unfortunately sorry_to_hear sorry_for_your my_condolences miss_you heartbroken " +
      "heartbreaking lonely cry crying cried tears grief griev* depress* disappoint* tragic",
    parts:
      "悲し かなし 寂し さびし さみし 残念 つらい 辛い 泣い 泣き 涙 切ない 难过 難過 伤心 傷心 悲伤 悲傷 可惜 遗憾 遺憾 孤单 孤單 " +
      "寂寞 哭 眼泪 眼淚 呜呜 嗚嗚",
    faces: "😢 😭 😞 😔 🙁 ☹ 💔 🥺 😿 :( :-( T_T T^T ;_; (´;ω;`)",
  },
  angry: {
    words:
      "angry angrily anger furious outrage* annoy* infuriat* how_dare hate hates unacceptable shut_up damn irritat* " +
      "rage",
    parts:
      "怒っ 怒り 怒る 許せない むかつく ムカつく ふざけるな いい加減にし 腹が立 生气 生氣 愤怒 憤怒 气死 氣死 可恶 可惡 讨厌 討厭 过分 過分",
    faces: "😠 😡 🤬 👿 💢 >:( (╬",
  },
  surprised: {
    words:
      "wow whoa surpris* unbelievable astonish* shocked shocking no_way oh_my what_the really?! seriously?! unexpected*",
    parts:
      "びっくり ビックリ 驚い 驚き まさか えっ ええっ うそ！ 嘘！ なんと 本当に？！ 惊讶 驚訝 吃惊 吃驚 天哪 天啊 不会吧 不會吧 居然 竟然 哇",
    faces: "😮 😯 😲 😱 🤯 ?! !? ？！ ！？ ⁉ Σ(",
  },
  shy: {
    words: "blush* embarrass* shy bashful fluster* you're_making_me",
    parts: "恥ずかし はずかし 照れ てれ 赤くなっ 害羞 不好意思 脸红 臉紅 羞涩 羞澀",
    faces: "😳 ☺️ 🫣 (///) (⁄ //// >///<",
  },
  scared: {
    words:
      "scared scary afraid fear fearful terrif* frighten* horrif* worried worry worries worrying nervous anxious " +
      "anxiety be_careful dangerous creepy",
    parts: "怖い こわい 怖く 恐ろし 不安 心配 気をつけ 危ない 害怕 可怕 恐怖 担心 擔心 紧张 緊張 小心 危险 危險",
    faces: "😨 😰 😧 🫨",
  },
  sleepy: {
    words: "sleepy tired yawn* exhausted good_night goodnight bedtime sweet_dreams drowsy",
    parts: "眠い ねむい 眠たい 疲れた つかれた おやすみ あくび 好困 困了 累了 好累 晚安 打哈欠 疲惫 疲憊",
    faces: "😴 🥱 💤 😪",
  },
  thinking: {
    words:
      "hmm* let_me_think let_me_see let's_see i_wonder wondering not_sure i_think_about good_question puzzl* confus* " +
      "curious interesting_question",
    parts:
      "うーん ううん、 ええと えーと えっと そうですね… かなあ かなぁ 考えてみ 不思議 嗯… 嗯... 让我想想 讓我想想 想一想 这个嘛 這個嘛 奇怪 疑惑 " +
      "好奇",
    faces: "🤔 🧐 💭",
  },
};

/** What a word stands for when one of these comes shortly before it: nothing. */
const NEGATION = /(?:\b(?:not|never|no|without|hardly|less)|n't|n’t)(?:\s+\w+){0,2}\s+$/;
/** The same in Japanese, behind the word, and in Chinese, before it. */
const NEGATED_AFTER = /^(?:く|じゃ|では|で)?(?:は)?(?:ない|なかっ|ありません)/;
const NEGATED_BEFORE = /(?:不|没|沒|别|別|不太|不要|并不|並不|没有|沒有)$/;

interface Sign {
  text: string;
  name: Emotion;
  score: number;
  /** Whether it stands as a word of its own, and whether that word may go on. */
  word: "whole" | "beginning" | "anywhere";
}

/** A face says more than a word. */
const FACE = 1.5;

/** By their first UTF-16 unit, the longest first. */
const signsByStart = Map.groupBy(
  EMOTIONS.flatMap((name) => signsOf(name)).toSorted((a, b) => b.text.length - a.text.length),
  ({ text }) => text.charCodeAt(0),
);

/**
 * The feeling of one finished sentence in English, Japanese or Chinese; undefined where it has none, or none that
 * words and signs give away. Emoji and punctuation speak in every language. Code does not count.
 */
export function guessFeeling(sentence: string): Guess | undefined {
  const text = sentence.replace(/`[^`]*`|https?:\S+/g, " ").replace(/\s+/g, " ").replaceAll("’", "'").toLowerCase();
  const scores = new Map<Emotion, number>();
  for (let at = 0; at < text.length;) {
    const sign = signAt(text, at);
    if (sign !== undefined && !negated(text, at, sign)) {
      scores.set(sign.name, (scores.get(sign.name) ?? 0) + sign.score);
    }
    at += sign?.text.length ?? 1;
  }
  const most = Math.max(...scores.values());
  // A more telling feeling stands later in the list, and wins where words say as much for both.
  const name = EMOTIONS.findLast((one) => scores.get(one) === most);
  if (name === undefined) return undefined;
  const emphasis = Math.min(2, text.match(/[!！]/g)?.length ?? 0) * 0.1;
  const intensity = Math.min(1, 0.4 + 0.15 * Math.min(most, 3) + emphasis);
  return { name, intensity: Math.round(intensity * 100) / 100 };
}

/** The longest sign that begins here. */
function signAt(text: string, at: number): Sign | undefined {
  return signsByStart.get(text.charCodeAt(at))?.find((sign) => {
    if (!text.startsWith(sign.text, at)) return false;
    if (sign.word === "anywhere") return true;
    if (inWord(text, at - 1)) return false;
    return sign.word === "beginning" || !inWord(text, at + sign.text.length);
  });
}

function inWord(text: string, at: number): boolean {
  return /[\w']/.test(text.charAt(at));
}

/** Whether the words around a sign take it back. */
function negated(text: string, at: number, { text: sign }: Sign): boolean {
  const before = text.slice(Math.max(0, at - 40), at);
  const after = text.slice(at + sign.length);
  return NEGATION.test(before) || NEGATED_BEFORE.test(before) || NEGATED_AFTER.test(after);
}

function signsOf(name: Emotion): Sign[] {
  const { words, parts, faces } = SIGNS[name];
  return [
    ...words.split(" ").map((word): Sign => {
      const text = word.replace("*", "").replaceAll("_", " ");
      return { text, name, score: 1, word: word.endsWith("*") ? "beginning" : "whole" };
    }),
    ...parts.split(" ").map((part): Sign => ({ text: part.toLowerCase(), name, score: 1, word: "anywhere" })),
    ...faces.split(" ").map((face): Sign => ({ text: face.toLowerCase(), name, score: FACE, word: "anywhere" })),
  ];
}
