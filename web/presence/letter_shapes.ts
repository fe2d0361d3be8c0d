/** How the mouth stands at each letter, and for how long: all that a text tells of how it is said. */
import { MOUTH_SHAPES, type MouthShapeName } from "@/lib/protocol/speech.ts";

/** Milliseconds of a letter that is said in the usual way, about as people talk. */
export const LETTER_MS = 65;
/** Of a character that is a syllable. */
const SYLLABLE_MS = 150;
/** Of a breath between words or parts of a sentence. */
const PAUSE_MS: Record<string, number> = {
  " ": 25,
  ",": 180,
  ";": 180,
  ":": 180,
  ".": 250,
  "、": 180,
  "，": 180,
  "。": 250,
};

/** Letters by the shape that they are said with; other letters stand for consonants behind a mouth nearly closed. */
const LETTERS: Partial<Record<MouthShapeName, RegExp>> = {
  a: /[aáàâäãåāаαя]/i,
  i: /[iíìîïīyиыιη]/i,
  u: /[uúùûüūwуюυ]/i,
  e: /[eéèêëēеэε]/i,
  o: /[oóòôöõōоёοω]/i,
  closed: /[mpbмпбμπ]/i,
};
/** Kana by their vowels. */
const KANA: Partial<Record<MouthShapeName, RegExp>> = {
  a: /[あかさたなはまやらわがざだばぱアカサタナハマヤラワガザダバパ]/,
  i: /[いきしちにひみりぎじぢびぴイキシチニヒミリギジヂビピ]/,
  u: /[うくすつぬふむゆるぐずづぶぷウクスツヌフムユルグズヅブプ]/,
  e: /[えけせてねへめれげぜでべぺエケセテネヘメレゲゼデベペ]/,
  o: /[おこそとのほもよろをごぞどぼぽオコソトノホモヨロヲゴゾドボポ]/,
};
/** Scripts in which one character is about one syllable. */
export const SYLLABIC = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Letters, and the marks of their script, which stand for vowels; those that any script has are no sound of their own. */
const SAID = /[\p{L}\p{N}]|(?!\p{Script=Inherited})\p{M}/u;
const MARK = /\p{M}/u;
/** Scripts whose vowels stand in the table. Of others, every other letter is taken for one. */
const SPELT = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;
/** Vowels for characters that do not tell theirs. */
const ROUND: readonly MouthShapeName[] = ["a", "i", "o", "e", "u"];

export interface LetterShape {
  shape: MouthShapeName;
  strength: number;
  ms: number;
}

/** How a character of a text is said: a letter, a syllable, or a pause. */
export function letterShape(character: string): LetterShape {
  const shapeIn = (shapes: Partial<Record<MouthShapeName, RegExp>>) =>
    MOUTH_SHAPES.find((shape) => shapes[shape]?.test(character));
  const code = character.codePointAt(0) ?? 0;
  const round = ROUND[code % ROUND.length]!;
  if (SYLLABIC.test(character)) return { shape: shapeIn(KANA) ?? round, strength: 0.8, ms: SYLLABLE_MS };
  if (!SAID.test(character)) return { shape: "rest", strength: 0, ms: PAUSE_MS[character] ?? 0 };
  const isConsonant = SPELT.test(character) || (code % 2 === 0 && !MARK.test(character));
  const shape = shapeIn(LETTERS) ?? (isConsonant ? "narrow" : round);
  return { shape, strength: shape === "narrow" || shape === "closed" ? 1 : 0.8, ms: LETTER_MS };
}
