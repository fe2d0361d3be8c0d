/** Text cut as its readers see it, also in browsers without `Intl.Segmenter`: there it is done by signs alone. */

const SENTENCE = /[^.!?。！？\n]*(?:[.!?]+["'»”’)\]*_]*(?:\s+|$)|[。！？]+[」』）]*\s*|\n+|[.!?]+)|[^.!?。！？\n]+$/gu;

/** The sentences of a text, with the blanks between them. Joined they are the text again. */
export function sentencesOf(text: string): string[] {
  if ("Segmenter" in Intl) {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
    return [...segmenter.segment(text)].map(({ segment }) => segment);
  }
  return text.match(SENTENCE) ?? [];
}

/** The first letter of a text; empty where there is none. */
export function firstLetter(text: string): string {
  if ("Segmenter" in Intl) return [...new Intl.Segmenter().segment(text)][0]?.segment ?? "";
  return [...text][0] ?? "";
}
