/** Cuts growing text into finished sentences, for those who hear the page instead of seeing it. */

import { sentencesOf } from "@/web/browser/segments.ts";

/** A sentence longer than this, in UTF-16 units, is cut at its last space. */
const MAX_PIECE = 400;

export class SentenceReader {
  #position: number;

  /** @param skip length of the text that has been there before and is not read out */
  constructor(skip = 0) {
    this.#position = skip;
  }

  /** The sentences that `text`, grown since the last call, has finished. The last one may still grow, so it waits. */
  read(text: string): string[] {
    const tail = text.slice(this.#position);
    const pieces = sentencesOf(tail);
    const open = pieces.pop() ?? "";
    if (open.length > MAX_PIECE) {
      const cut = open.lastIndexOf(" ") + 1;
      pieces.push(open.slice(0, cut > 0 ? cut : MAX_PIECE));
    }
    return this.#give(pieces);
  }

  /** Everything that is left: the text will not grow any more. */
  rest(text: string): string[] {
    return this.#give([text.slice(this.#position)]);
  }

  #give(pieces: string[]): string[] {
    for (const piece of pieces) this.#position += piece.length;
    return pieces.map(withoutMarkdown).filter((piece) => piece !== "");
  }
}

/** Markdown's signs are for the eye. */
function withoutMarkdown(sentence: string): string {
  return sentence
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*(?:#{1,6}|>|[-*+]|```\w*)\s+/gm, "")
    .replace(/\*\*|__|`+/g, "")
    .trim();
}
