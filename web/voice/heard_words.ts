/** Which words of a sentence have been heard, by how much of its sound has. */
import type { SpokenSentence, Viseme } from "@/lib/protocol/speech.ts";
import { SYLLABIC } from "@/web/presence/letter_shapes.ts";

/** A word of the turn's visible text. */
export interface HeardWord {
  /** UTF-16 units of the turn's text. */
  from: number;
  to: number;
  /** The share of the sentence's sound that has passed when the word begins, from 0 to 1. */
  begins: number;
}

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
/** Letters that a character is as long as which is a syllable. */
const SYLLABLE_LETTERS = 2.5;

/**
 * The words of a sentence with the time that each begins at.
 *
 * @param text the turn's visible text. What of it is not said, such as the address of a link, takes no time
 */
export function wordsOf({ from, to, say }: SpokenSentence, text: string): HeardWord[] {
  const shown = [...text.slice(from, to).matchAll(WORD)].flatMap((match) => pieces(match[0], from + match.index));
  const weights = weightsOf(shown.map(({ word }) => word), say);
  const all = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  let passed = 0;
  return shown.flatMap(({ word, at }, i) => {
    const begins = passed / all;
    passed += weights[i]!;
    return weights[i] === 0 ? [] : [{ from: at, to: at + word.length, begins }];
  });
}

/** Up to where the text has been heard: the end of the word that is being said, `from` before the first. */
export function heardTo({ from }: SpokenSentence, words: readonly HeardWord[], share: number): number {
  return words.findLast(({ begins }) => begins <= share)?.to ?? from;
}

/** Longer than this, in milliseconds, no sound is silent at its end: its track is not all there yet. */
const LONGEST_END = 400;

/**
 * The share of a sound's speech that has passed: its silences do not count, where they are known.
 *
 * @param ms Milliseconds since it began
 * @param length how long it is, or will be as far as anybody knows, in milliseconds
 */
export function shareSaid(track: readonly Viseme[], ms: number, length: number): number {
  let said = 0;
  let all = 0;
  const count = (from: number, to: number) => {
    all += Math.max(0, to - from);
    said += Math.min(Math.max(ms - from, 0), Math.max(0, to - from));
  };
  track.slice(1).forEach(({ at }, i) => {
    const before = track[i]!;
    if (before.shape !== "rest") count(before.at, at);
  });
  const last = track.at(-1);
  if (last?.shape !== "rest" || length - last.at > LONGEST_END) count(last?.at ?? 0, length);
  return all === 0 ? 1 : Math.min(1, said / all);
}

function pieces(word: string, at: number): { word: string; at: number }[] {
  if (word.search(SYLLABIC) < 0 || !("Segmenter" in Intl)) return [{ word, at }];
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  return [...segmenter.segment(word)].map(({ segment, index }) => ({ word: segment, at: at + index }));
}

/** How long each of the shown words is said; 0 for those that are not. */
function weightsOf(words: readonly string[], say: string): number[] {
  let place = 0;
  const weights = words.map((word) => {
    const found = say.indexOf(word, place);
    if (found < 0) return 0;
    place = found + word.length;
    return weightOf(word);
  });
  // Said in other words altogether, such as numbers that are spelt out.
  return weights.some((weight) => weight > 0) ? weights : words.map(weightOf);
}

function weightOf(text: string): number {
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const syllabic = [...text].filter((character) => SYLLABIC.test(character)).length;
  return letters + syllabic * (SYLLABLE_LETTERS - 1);
}
