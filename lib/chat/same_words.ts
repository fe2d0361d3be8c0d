/** Punctuation that nobody says: not what is a word of its own, as in C# and 5%, nor what a number has, as in 3.5 and -5. */
const UNSAID = /(?![%#&@*\/\\])\p{P}(?!\p{N})|\s/gu;

/** Whether two texts are the same when they are said, in whatever case and with whatever punctuation. */
export function sameWords(one: string, other: string): boolean {
  return said(one) === said(other);
}

function said(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(UNSAID, "");
}
