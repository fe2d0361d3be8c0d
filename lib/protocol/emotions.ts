/** The feelings that the server names and a face can show, and the other words for them. */

/** The feelings that a face is looked for. Beside them there is `neutral`, which every face has. */
export const EMOTIONS = [
  "happy",
  "excited",
  "sad",
  "angry",
  "surprised",
  "shy",
  "scared",
  "sleepy",
  "thinking",
] as const;

export type Emotion = typeof EMOTIONS[number];

/** What language models, and the authors of Live2D models, call the same feelings. */
const SYNONYMS: Record<Emotion | "neutral", string> = {
  neutral: "normal none calm default serious 普通 平静 通常 冷静",
  happy:
    "joy joyful happiness smile smiles smiling laugh laughs laughing glad cheerful pleased content relaxed amused " +
    "smug smirk proud playful grateful grin giggle giggles chuckle 嬉しい 喜び 笑顔 楽しい 幸せ 开心 開心 高兴 高興 快乐 快樂 微笑",
  excited: "excitement delighted thrilled enthusiastic ecstatic sparkle 興奮 わくわく 兴奋 激动 激動",
  sad: "sadness sorrow unhappy disappointed crying cry lonely sorry 悲しい 悲しみ 悲伤 悲傷 难过 難過 伤心 傷心",
  angry: "anger mad annoyed frustrated irritated disgust disgusted 怒り 怒る 生气 生氣 愤怒 憤怒",
  surprised: "surprise shocked amazed astonished wonder 驚き 驚く びっくり 惊讶 驚訝 吃惊 吃驚",
  shy:
    "shyness embarrassed blush blushes blushing bashful love loving affection flustered 照れ 照れる 恥ずかしい 害羞 脸红 臉紅",
  scared: "fear afraid fearful worried worry anxious nervous 怖い 恐怖 不安 心配 害怕 担心 擔心",
  sleepy: "tired bored exhausted 眠い 疲れた 困倦 疲惫 疲憊",
  thinking: "think curious curiosity confused question puzzled doubt awkward 考え中 困惑 思考 好奇 疑惑",
};

const CANON = new Map(
  Object.entries(SYNONYMS).flatMap(([emotion, words]) =>
    [emotion, ...words.split(" ")].map((word) => [word, emotion as Emotion | "neutral"] as const)
  ),
);

/** Every word that {@linkcode emotionOf} knows, in lower case. */
export const EMOTION_WORDS: readonly string[] = [...CANON.keys()];

/** The feeling that a word stands for, in any letter case; null when it stands for none that a face is known for. */
export function emotionOf(word: string): Emotion | "neutral" | null {
  return CANON.get(word.trim().toLowerCase()) ?? null;
}
