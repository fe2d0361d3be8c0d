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
/** What somebody does, in a word or two of Japanese or Chinese: "笑". */
const BRIEFLY =
  "(?:[笑泣涙汗怒哭照驚惊叹嘆]|[爆苦微大失冷偷坏傻]笑|照れ|溜息|叹气|嘆氣|点头|點頭|摇头|搖頭|脸红|臉紅|拍手|鼓掌)";
const DOES_BRIEFLY = new RegExp(`^${BRIEFLY}$`);
/** What stands behind a direction that does not belong to the words that follow. */
const APART = "(?:$|[\\s「『（。、，！？…♪～])";
const STANDS_APART = new RegExp(`^${APART}`);
/** Such a word behind others, which no blank parts it from. */
const BRIEF_END = new RegExp(`(?<=[\\p{L}\\p{N}])\\*${BRIEFLY}\\*(?=${APART})`, "gmu");
const IDEOGRAPH = /^\p{Script=Han}$/u;

/**
 * Takes stage directions out. One is a whole line or sentence; or begins one and has two words, unless it is written
 * like a title; or ends a line without a full stop, and begins with what somebody does; or is a single ideograph, or a
 * usual word for what somebody does, that stands apart.
 *
 * @param goesOn whether the text begins within a direction
 * @param endsLine whether nothing more comes on its line
 * @returns the text without them, and whether it ends within one
 */
export function withoutDirections(
  line: string,
  { goesOn, endsLine }: { goesOn: boolean; endsLine: boolean },
): { text: string; goesOn: boolean } {
  const text = line.replace(BRIEF_END, " ");
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
    const briefly = DOES_BRIEFLY.test(span)
      ? begins || STANDS_APART.test(after)
      : begins && IDEOGRAPH.test(span) && STANDS_APART.test(after);
    rest += whole || ends || briefly || (begins && many && !TITLE.test(span)) ? " " : span;
  }
}

/** Where a pattern fits next; -1 when nowhere. */
function positionOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}
