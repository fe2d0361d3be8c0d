/** Finds what she is called by at the beginning of what was said. */
import { distance } from "fastest-levenshtein";

/** What people say before a name. */
const CALLS = /^(?:(?:hey|hi|hello|ok|okay|oh|yo|dear)\b|ねえ|ねぇ|おい|あの|嘿|喂|你好|嗨)[\s,、，!！.。]*/iu;
/** So many letters of a word for one that a recogniser may have misheard. */
const LETTERS_A_SLIP = 4;

/**
 * What follows the wake word, nothing where that was all; undefined where it was not said. A recogniser writes names as
 * it likes, so a letter in four may be another one, and punctuation is left out.
 *
 * @param words any of them will do
 */
export function afterWakeWord(text: string, words: readonly string[]): string | undefined {
  for (const begin of [text.trim(), text.trim().replace(CALLS, "")]) {
    for (const word of words) {
      const rest = afterWord(begin, word);
      if (rest !== undefined) return rest;
    }
  }
  return undefined;
}

function afterWord(text: string, word: string): string | undefined {
  const wanted = letters(word);
  if (wanted === "") return undefined;
  const slips = Math.floor(wanted.length / LETTERS_A_SLIP);
  // Scripts without spaces have no end of a word: it is as long as it is.
  const ends = [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(({ index, 0: found }) => index + found.length);
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) ends.push(word.length);
  const end = ends.find((end) => distance(letters(text.slice(0, end)), wanted) <= slips);
  return end === undefined ? undefined : text.slice(end).replace(/^[\s\p{P}]+/u, "");
}

function letters(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}
