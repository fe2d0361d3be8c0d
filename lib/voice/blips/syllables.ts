/** What a text sounds like to somebody who does not know its language: how many syllables, and which mouths. */
import type { MouthShapeName } from "@/lib/protocol/speech.ts";

/** A syllable, or a silence between two of them. */
export type Beat =
  | { vowel: MouthShapeName; /** So that the same letters always sound the same. */ code: number }
  | { pause: "short" | "long"; asks: boolean };

/** Kana by their vowel; the small ones that only colour the one before are left out. */
const KANA: readonly (readonly [MouthShapeName, string])[] = [
  ["a", "あかさたなはまやらわがざだばぱ"],
  ["i", "いきしちにひみりぎじぢびぴゐ"],
  ["u", "うくすつぬふむゆるぐずづぶぷゔ"],
  ["e", "えけせてねへめれげぜでべぺゑ"],
  ["o", "おこそとのほもよろをごぞどぼぽ"],
  ["closed", "ん"],
];
const KANA_VOWELS = new Map(KANA.flatMap(([vowel, kana]) => [...kana].map((one) => [one, vowel] as const)));

/** Letters of alphabets that write their vowels. */
const LETTERS: readonly (readonly [MouthShapeName, string])[] = [
  ["a", "aæαаяå"],
  ["i", "iyıιηиый"],
  ["u", "uυуюў"],
  ["e", "eəœεеэєё"],
  ["o", "oøοωо"],
];
const LETTER_VOWELS = new Map(LETTERS.flatMap(([vowel, all]) => [...all].map((one) => [one, vowel] as const)));
const VOWEL_GROUP = new RegExp(`[${[...LETTER_VOWELS.keys()].join("")}]+`, "gu");
const VOWELS: readonly MouthShapeName[] = ["a", "i", "u", "e", "o"];

const SMALL_KANA = /[ぁぃぅぇぉゃゅょゎっー]/;
const KATAKANA = /[\u30a1-\u30f6]/;
/** How far katakana lie behind their hiragana. */
const KATAKANA_OFFSET = 0x60;

/** Of how many letters a syllable is taken to be, where vowels are not written or not known. */
const LETTERS_PER_SYLLABLE = 2;

/** The syllables of a text in any language; nothing for one without letters and digits. */
export function beatsOf(text: string): Beat[] {
  const beats = [...text.normalize("NFKC").matchAll(/[\p{L}\p{M}\p{N}'’]+|[^\p{L}\p{M}\p{N}\s]+/gu)]
    .flatMap(([piece]) => /[\p{L}\p{N}]/u.test(piece) ? syllablesOf(piece) : pausesOf(piece));
  return beats.some((beat) => "vowel" in beat) ? beats : [];
}

function pausesOf(signs: string): Beat[] {
  const asks = /[?？؟]/.test(signs);
  if (/[.!?…。！？؟।]/.test(signs)) return [{ pause: "long", asks }];
  return /[,;:、，；：—–]/.test(signs) ? [{ pause: "short", asks }] : [];
}

function syllablesOf(word: string): Beat[] {
  // A run of one kind of letters; each Han sign, kana, Hangul block and digit is a syllable of its own.
  return [
    ...word.matchAll(
      /\p{sc=Han}|[\p{sc=Hiragana}\p{sc=Katakana}ー]|\p{sc=Hangul}|\p{N}|[\p{L}\p{M}'’]+?(?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{N}]|$)/gu,
    ),
  ].flatMap(([run]) => [...run].length === 1 ? oneSign(run) : alphabetic(run));
}

function oneSign(sign: string): Beat[] {
  if (SMALL_KANA.test(hiragana(sign))) return [];
  const code = sign.codePointAt(0) ?? 0;
  const vowel = KANA_VOWELS.get(hiragana(sign)) ?? LETTER_VOWELS.get(sign.toLowerCase()) ??
    VOWELS[code % VOWELS.length] ?? "a";
  return [{ vowel, code }];
}

function hiragana(sign: string): string {
  return KATAKANA.test(sign) ? String.fromCharCode(sign.charCodeAt(0) - KATAKANA_OFFSET) : sign;
}

/** One syllable for each group of vowels; the `e` at the end of a longer word is taken to be silent. */
function alphabetic(word: string): Beat[] {
  const letters = word.toLowerCase().normalize("NFD").replace(/[^\p{L}]/gu, "");
  const groups = [...letters.matchAll(VOWEL_GROUP)].map(([group]) => group);
  if (groups.length > 1 && /[^aeiouy]e$/i.test(word)) groups.pop();
  const spoken = groups.length > 0
    ? groups
    : Array.from({ length: Math.ceil(letters.length / LETTERS_PER_SYLLABLE) }, (_, index) =>
      letters.charAt(index * LETTERS_PER_SYLLABLE));
  return spoken.flatMap((group) => oneSign(group.charAt(0)));
}
