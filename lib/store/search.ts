/** Finding words in conversations, whatever their case, width and script. */
import { oneLine } from "@/lib/text.ts";

/** How much text stands around the words in an excerpt, in UTF-16 units to each side. */
const AROUND = 60;
/** A word longer than this may be cut: it is an address, or no word at all. */
const LONGEST_WORD = 30;

/** A word that is as long when it is folded, as most are: to look is quicker than to fold. */
const SAME_LENGTH = /^ ?[!-~]+$/;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });

/**
 * A text as it is compared. SQLite and `toLowerCase()` alone do not do: `Ж`, `ß`, a final `ς` and full-width letters
 * have other forms, too. Any white space is one blank, so that a line feed never stands in the result.
 */
export function fold(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ").replace(/[^\S ]\s*| \s+/gu, " ");
}

/**
 * The words around the first place where `folded` occurs, in one line; undefined when it does not occur.
 *
 * @param folded what is looked for, as {@linkcode fold} makes it
 */
export function excerptOf(text: string, folded: string): string | undefined {
  const [start, end] = placeOf(text, folded) ?? [];
  if (start === undefined || end === undefined) return undefined;
  const from = boundary(text, Math.max(0, start - AROUND)).start;
  const to = boundary(text, Math.min(text.length, end + AROUND) - 1).end;
  return `${from > 0 ? "…" : ""}${oneLine(text.slice(from, to))}${to < text.length ? "…" : ""}`;
}

/** Where `folded` begins and ends in `text` as it was written. */
function placeOf(text: string, folded: string): [start: number, end: number] | undefined {
  const whole = fold(text);
  const at = whole.indexOf(folded);
  if (at < 0) return undefined;
  if (whole.length === text.length) return [at, at + folded.length];
  // Folding has made some characters longer or shorter: count along, by words until the place is near.
  let length = 0;
  let start: number | undefined;
  // Of a word nothing need be there, or a long blank at the end would be looked through from each of its characters.
  for (const { index: from, 0: word } of text.matchAll(/\s*\S*/gu)) {
    const wordLength = SAME_LENGTH.test(word) ? word.length : fold(word).length;
    if (length + wordLength <= at) {
      length += wordLength;
      continue;
    }
    let blank = false;
    for (const { index, segment } of graphemes.segment(word)) {
      const piece = fold(segment);
      if (!(blank && piece === " ")) length += piece.length;
      blank = piece === " ";
      if (length > at) start ??= from + index;
      if (length >= at + folded.length) return [start ?? from + index, from + index + segment.length];
    }
  }
  return [start ?? 0, text.length];
}

/** The word, or for want of one the character, that holds the UTF-16 unit at `index`. */
function boundary(text: string, index: number): { start: number; end: number } {
  const word = words.segment(text).containing(index);
  const found = word !== undefined && word.segment.length <= LONGEST_WORD
    ? word
    : graphemes.segment(text).containing(index);
  return found === undefined
    ? { start: index, end: index }
    : { start: found.index, end: found.index + found.segment.length };
}
