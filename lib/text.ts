/** Text cut as its readers see it: between graphemes, which no code point and no byte tells. */

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** A text in one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Signs that are not seen, and would turn round or cut what stands beside them. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** What somebody or something is called, in one line and without signs that are not seen. */
export function plainName(text: string): string {
  return oneLine(text.replace(UNSEEN, " "));
}

/** At most `most` graphemes of a line, cut at the end of a word, an ellipsis in place of what is left out. */
export function shorten(line: string, most: number): string {
  // No grapheme is shorter than one unit, and to look for them takes time.
  if (line.length <= most) return line;
  /** Where a cut is possible. */
  const ends: number[] = [];
  for (const { index, segment } of graphemes.segment(line)) {
    if (ends.length === most) return `${line.slice(0, wordEnd(line, ends.slice(0, -1))).trimEnd()}…`;
    ends.push(index + segment.length);
  }
  return line;
}

/** The last of `ends` that ends a word. One that would leave less than half cuts the word instead. */
function wordEnd(line: string, ends: number[]): number {
  const last = ends.at(-1) ?? 0;
  const possible = new Set(ends);
  let best = 0;
  for (const { index, segment } of words.segment(line)) {
    const end = index + segment.length;
    if (end > last) break;
    if (possible.has(end)) best = end;
  }
  return best * 2 >= last ? best : last;
}

/** As many graphemes of a text as fit into `most`, each taking what `sizeOf` tells. */
export function cut(text: string, most: number, sizeOf: (grapheme: string) => number): string {
  let left = most;
  for (const { index, segment } of graphemes.segment(text)) {
    left -= sizeOf(segment);
    if (left < 0) return text.slice(0, index);
  }
  return text;
}
