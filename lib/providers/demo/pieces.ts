/** Scripts whose words are not set apart by blanks. */
const WITHOUT_BLANKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** A text in pieces of about a word, each with the blanks before it. Joined they are the text again. */
export function* pieces(text: string): Generator<string> {
  for (const run of text.match(/\s*\S+|\s+$/gu) ?? []) {
    if (WITHOUT_BLANKS.test(run)) yield* words(run);
    else yield run;
  }
}

/** The words of a run without blanks; marks stay with the word before them. */
function* words(run: string): Generator<string> {
  let held = "";
  for (const { segment, isWordLike } of segmenter.segment(run)) {
    if (isWordLike === true && held.trim() !== "") {
      yield held;
      held = "";
    }
    held += segment;
  }
  if (held !== "") yield held;
}
