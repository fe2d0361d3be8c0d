/**
 * What counts as a mark of feelings, in the forms that language models and their prompts use: `[happy]`, `[happy:0.7]`,
 * `[emotion: happy]`, `[happy, excited]`, `[Happy😊]`, `［嬉しい］`, `【开心】`; and `[/happy]`, which ends one that came before.
 */
import { type Emotion, EMOTION_WORDS, emotionOf } from "@/lib/protocol/emotions.ts";

export interface Mark {
  feelings: { name: Emotion | "neutral"; /** From 0 to 1. */ intensity: number }[];
  /** Of the mark itself, UTF-16 units. */
  length: number;
}

/** Words that stand in brackets for other reasons, too, and so are no marks although they name a feeling. */
const AMBIGUOUS = new Set(["none", "default", "normal", "question", "think", "sorry"]);
const WORDS = new Set(EMOTION_WORDS.filter((word) => !AMBIGUOUS.has(word)));
/** What a mark may say before its feelings. */
const LABELS = new Set(
  "emotion emotions feeling feelings mood expression face 感情 表情 気分 気持ち 情绪 心情 情感".split(" "),
);
const KNOWN = new Set([...WORDS, ...LABELS]);
const BEGINNINGS = new Set([...KNOWN].flatMap((word) => [...word].map((_, i) => word.slice(0, i + 1))));

const CLOSING: Record<string, string> = { "[": "]", "［": "］", "【": "】" };
/** Characters that a mark begins with. */
export const MARK_START = /[[［【]/;
/** Longest inside of a mark, UTF-16 units: bounds how much is held back. */
const LONGEST = 60;

/** What may stand within a mark at all. */
const INSIDE = /^[\p{L}\p{N}\p{Extended_Pictographic}\u200d\ufe0f\u{1f3fb}-\u{1f3ff} ,，、/&:：=.%]*$/u;
const LABEL = /^ {0,2}(\p{L}+) {0,2}[:：=]/u;
const FEELING = /^ {0,2}(\p{L}+) {0,2}(?:[:：] {0,2}(\d{0,3}\.?\d{1,4})(%?) {0,2})?$/u;
/** What may still become a feeling. Its quantifiers bound how much is held back. */
const UNFINISHED = /^ {0,2}(?:(\p{L}+)( {0,2}(?:[:：] {0,2}\d{0,3}\.?\d{0,4}%? {0,2})?))?$/u;
const EMOJI = /[\p{Extended_Pictographic}\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;

/** Reads the mark that `text` begins with, if it does; `final` when nothing more comes. */
export function readMark(text: string, final: boolean): Mark | "text" | "unfinished" {
  const closing = CLOSING[text.charAt(0)];
  const end = closing === undefined ? -1 : text.indexOf(closing);
  const ends = text[1] === "/";
  const inside = text.slice(ends ? 2 : 1, end < 0 ? undefined : end);
  if (end < 0) return !final && mayBecomeMark(inside) ? "unfinished" : "text";
  const named = feelingsIn(inside);
  if (named === undefined) return "text";
  // A feeling fades by itself.
  const feelings = ends ? [] : named;
  const length = end + 1;
  // A link, such as [happy](https://…), is known by what follows.
  if (closing === "]" && length === text.length && !final) return "unfinished";
  return closing === "]" && text[length] === "(" ? "text" : { feelings, length };
}

/** The feelings that the inside of brackets names; undefined when anything else stands there, too. */
function feelingsIn(inside: string): Mark["feelings"] | undefined {
  const feelings = inside.length > LONGEST || !INSIDE.test(inside) ? [undefined] : listed(inside).map(feelingOf);
  return feelings.includes(undefined) ? undefined : feelings as Mark["feelings"];
}

/** Whether brackets that have begun may still turn out to be a mark. */
function mayBecomeMark(begun: string): boolean {
  // A character that is not whole yet may become an emoji.
  const whole = begun.replace(/[\ud800-\udbff]$/, "");
  if (begun.length > LONGEST || !INSIDE.test(whole)) return false;
  const items = listed(whole);
  const [all, word = "", after = ""] = UNFINISHED.exec(items.pop() ?? "") ?? [];
  if (all === undefined || items.some((item) => feelingOf(item) === undefined)) return false;
  return word === "" || (after === "" ? BEGINNINGS : KNOWN).has(word.toLowerCase());
}

/** What is listed between brackets, without emoji and label. */
function listed(inside: string): string[] {
  const plain = inside.replace(EMOJI, "");
  const [label = "", word = ""] = LABEL.exec(plain) ?? [];
  return (LABELS.has(word.toLowerCase()) ? plain.slice(label.length) : plain).split(/[,，、/&]/);
}

function feelingOf(item: string): Mark["feelings"][number] | undefined {
  const [, word = "", amount = "1", percent = ""] = FEELING.exec(item) ?? [];
  const name = WORDS.has(word.toLowerCase()) ? emotionOf(word) : null;
  if (name !== null) return { name, intensity: Math.min(1, Number(amount) / (percent === "" ? 1 : 100)) };
}
