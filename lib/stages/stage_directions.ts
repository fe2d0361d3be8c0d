/**
 * Stage directions between single asterisks, as in `*waves* Hello!`. Emphasis is written the same way, so that the place
 * and the words decide.
 */

/** What may begin a span: not a sign for times, not a part of `**`. */
const OPENING = /(?<![*\p{L}\p{N}])\*(?![*\s])/gu;
const CLOSING = /(?<![*\s])\*(?!\*)/g;
const SENTENCE_ENDED = /[.!?…。！？♪~～"”»」』)）*]\s*$/;
/** Before this a sentence has ended, or what is said goes on after a pause. */
const NEW_SENTENCE = /^\s*$|^\s+["“„«「『(]?\p{Lu}|^\s*["“„«「『*]/u;
/** As many letters without a blank are more than a word in scripts that have none between words. */
const WORDS = /[^\s*]+\s+[^\s*]|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{4}/u;
/** "Pride and Prejudice", no "Smiles softly". */
const TITLE = /^\p{Lu}.*\s\p{Lu}\S*$/u;
/** What somebody does: "smiles softly". */
const DOES = /^\p{Ll}+s\s/u;

/**
 * Takes stage directions out. One is a whole line or sentence; or begins one and has two words, unless it is written
 * like a title; or ends a line without a full stop, and begins with what somebody does.
 *
 * @param goesOn whether the text begins within a direction
 * @param endsLine whether nothing more comes on its line
 * @returns the text without them, and whether it ends within one
 */
export function withoutDirections(
  text: string,
  { goesOn, endsLine }: { goesOn: boolean; endsLine: boolean },
): { text: string; goesOn: boolean } {
  let rest = "";
  let at = 0;
  if (goesOn) {
    at = positionOf(CLOSING, text, 0);
    if (at < 0) return { text: "", goesOn: !endsLine };
    at++;
  }
  for (;;) {
    const open = positionOf(OPENING, text, at);
    if (open < 0) return { text: rest + text.slice(at), goesOn: false };
    rest += text.slice(at, open);
    const begins = rest.trim() === "" || SENTENCE_ENDED.test(rest);
    const close = positionOf(CLOSING, text, open + 1);
    if (close < 0) {
      if (!endsLine && begins && WORDS.test(text.slice(open + 1))) return { text: rest, goesOn: true };
      return { text: rest + text.slice(open + 1), goesOn: false };
    }
    const span = text.slice(open + 1, close);
    at = close + 1;
    const after = text.slice(at);
    const many = WORDS.test(span);
    const whole = begins && (after.trim() === "" ? endsLine || many : NEW_SENTENCE.test(after));
    const ends = many && endsLine && after.trim() === "" && DOES.test(span);
    rest += whole || ends || (begins && many && !TITLE.test(span)) ? " " : span;
  }
}

/** Where a pattern fits next; -1 when nowhere. */
function positionOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}
