import { type Emotion, EMOTION_WORDS, emotionOf } from "@/lib/protocol/emotions.ts";

/** What authors of models call their faces, beside the words that language models use for feelings. */
const FACE_NAMES: Record<Emotion | "neutral", string> = {
  neutral: "reset 默认 普通 通常 无表情 無表情 標準 标准",
  happy:
    "joyful laughing grin niko nikoniko warai yorokobi 笑 笑い 笑顔 にこ にっこり 喜 喜び 嬉 楽 乐 樂 眯眯眼 ドヤ 得意",
  excited: "star stars starry kira kirakira kirakirame 星星眼 星星 星目 キラキラ きらきら 星",
  sad: "tears tear weep namida naki kanashii 哭 哭哭 大哭 流泪 流淚 眼泪 眼淚 泪 淚 涙 泣 泣き 悲 委屈 难受 ぴえん",
  angry: "rage okori ikari 怒 黑脸 黑臉 ジト目 じと目 むっ 不满 不滿",
  surprised: "shock surprise bikkuri odoroki 惊 驚 惊吓 震惊 震驚 びっくり目 白目",
  shy:
    "blushing tere teru hazukashii heart hearts love 红脸 紅臉 脸红红 赤面 照 照れ 照れ顔 ハート 爱心 愛心 爱心眼 愛心眼 ❤",
  scared: "panic sweat 汗 流汗 冷汗 慌 焦り あせり 吓 怕 青ざめ",
  sleepy: "sleep sleeping nemui 困 睡 睡觉 睡覺 眠 眠り 寝 ねむ",
  thinking: "thinking hatena 问号 問號 疑问 疑問 はてな 晕 考え",
};

const FACES = new Map(
  Object.entries(FACE_NAMES).flatMap(([emotion, names]) =>
    names.split(" ").map((name) => [name, emotion as Emotion | "neutral"] as const)
  ),
);

/** Words without blanks between them, the longest first, so that 不开心 is not 开心 and 脸红红 is not 红. */
const SIGNS = [...new Set([...EMOTION_WORDS, ...FACES.keys()])].filter((word) => /[^\p{ASCII}]/u.test(word))
  .toSorted((a, b) => b.length - a.length);

/** Words in names that say nothing. */
const FILLERS = new Set([
  "face",
  "faces",
  "expression",
  "exp",
  "expr",
  "emotion",
  "look",
  "eyes",
  "mode",
  "toggle",
  "f",
]);
const FILLING_SIGNS = /表情|顔|颜|脸|臉|眼|目|了|的|开关|切换|[0-9０-９]/g;
/** Before a word it says the contrary. */
const NOT = /[不没沒無无未非]$/;

/** What the name of an expression says. */
export interface NamedFeeling {
  emotion: Emotion | "neutral";
  /** Whether the name says nothing else, such as of clothes. */
  alone: boolean;
}

/** The feeling that an expression is named for, in English, Japanese or Chinese; null when it is named for none. */
export function feelingNamed(name: string): NamedFeeling | null {
  const words = name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").toLowerCase().match(/[a-z]+|[^\p{ASCII}]+/gu) ?? [];
  let found: Emotion | "neutral" | null = null;
  let alone = true;
  for (const word of words) {
    const said = /^[a-z]/.test(word) ? latin(word) : signs(word);
    if (said === null) alone &&= FILLERS.has(word) || word.replace(FILLING_SIGNS, "").trim() === "";
    else {
      found ??= said.emotion;
      alone &&= said.alone;
    }
  }
  return found === null ? null : { emotion: found, alone };
}

function latin(word: string): NamedFeeling | null {
  const emotion = emotionOf(word) ?? FACES.get(word) ?? null;
  return emotion === null ? null : { emotion, alone: true };
}

function signs(text: string): NamedFeeling | null {
  for (const word of SIGNS) {
    const at = text.indexOf(word);
    if (at < 0 || NOT.test(text.slice(0, at))) continue;
    const rest = (text.slice(0, at) + text.slice(at + word.length)).replace(FILLING_SIGNS, "");
    // A sign alone is part of many words: 照 is shy, 照相 takes a photograph.
    if (word.length === 1 && rest !== "" && rest !== word) continue;
    const emotion = emotionOf(word) ?? FACES.get(word) ?? null;
    if (emotion !== null) return { emotion, alone: rest.length <= 1 };
  }
  return null;
}
