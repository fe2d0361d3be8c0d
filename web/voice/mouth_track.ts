/** How the mouth moves with a sound: visemes by time. */
import { MOUTH_SHAPES, type MouthShapeName, type Viseme } from "@/lib/protocol/speech.ts";
import type { MouthPose } from "@/web/presence/presence.ts";

const REST: MouthPose = {};

/** How the mouth stands so many milliseconds into a sound, by its track. */
export function poseAt(track: readonly Viseme[], ms: number): MouthPose {
  const viseme = track.findLast(({ at }) => at <= ms);
  if (viseme === undefined || viseme.shape === "rest") return REST;
  return { [viseme.shape]: viseme.strength };
}

/** Milliseconds of a letter that is said in the usual way, about as people talk. */
const LETTER_MS = 65;
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
const SYLLABIC = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Vowels for characters that do not tell theirs. */
const ROUND: readonly MouthShapeName[] = ["a", "i", "o", "e", "u"];

/**
 * A track by the rhythm of a text, for voices whose sound nobody sees.
 *
 * @param rate how fast it is said; 1 is usual
 */
export function trackFromText(text: string, rate = 1): { track: Viseme[]; ms: number } {
  const track: Viseme[] = [];
  let at = 0;
  for (const character of text) {
    const { shape, strength, ms } = said(character);
    if (track.at(-1)?.shape !== shape) track.push({ at: at / rate, shape, strength });
    at += ms;
  }
  if (track.at(-1)?.shape !== "rest") track.push({ at: at / rate, shape: "rest", strength: 0 });
  return { track, ms: at / rate };
}

function said(character: string): { shape: MouthShapeName; strength: number; ms: number } {
  const shapeIn = (shapes: Partial<Record<MouthShapeName, RegExp>>) =>
    MOUTH_SHAPES.find((shape) => shapes[shape]?.test(character));
  if (SYLLABIC.test(character)) {
    const shape = shapeIn(KANA) ?? ROUND[character.charCodeAt(0) % ROUND.length]!;
    return { shape, strength: 0.8, ms: SYLLABLE_MS };
  }
  if (!/[\p{L}\p{N}]/u.test(character)) return { shape: "rest", strength: 0, ms: PAUSE_MS[character] ?? 0 };
  const shape = shapeIn(LETTERS) ?? "narrow";
  return { shape, strength: shape === "narrow" || shape === "closed" ? 1 : 0.8, ms: LETTER_MS };
}
