import { LineKinds } from "./line_kinds.ts";
import {
  clauseEnd,
  cutOf,
  LETTER,
  LONGEST,
  type OpenText,
  seemsClauseEnd,
  sentenceEnd,
  widthOf,
} from "./piece_ends.ts";
import type { LinePart } from "./sayable.ts";
import { Sentences } from "./sentences.ts";

/** A piece of a text that is said in one breath, or is not said at all. */
export interface SpeechPiece extends LinePart {
  /** Where it stands in the whole text, UTF-16 units; pieces come one after the other, without gaps. */
  from: number;
  to: number;
  /** Whether it is code, a formula or part of a table. */
  seenOnly: boolean;
}

/** A sentence that ended for a reason; the others were only cut. */
const ENDED = /[\p{Sentence_Terminal}…]["'”“’»)\]*_~」』）】]*\s*$/u;
/** An address that may go on: its signs end nothing yet. */
const WITHIN_ADDRESS = /:\/\/\S*$|https?:$/;
const OPENERS = /[\p{Ps}\p{Pi}]+$/u;

/**
 * Cuts Markdown that comes in any pieces into what is said in one breath; always the same, however it comes.
 *
 * - The first clause of what is said goes alone, so that its sound can begin early; then a piece is a sentence.
 * - Lines end a piece. Numbers, abbreviations, addresses, quotations and brackets do not, unless they get too long.
 * - A piece is given out with the first letter of the next one. The first one is told before, when it seems to end.
 */
export class SpeechPieces {
  readonly #give: (piece: SpeechPiece) => boolean;
  readonly #tellLikely: (piece: SpeechPiece) => void;
  #kinds = new LineKinds();
  #sentences = new Sentences();
  /** The line so far, without what is given out already. */
  #open = "";
  /** Where that begins: in its line, and in the whole text. */
  #start = 0;
  #at = 0;
  /** Of what is not given out yet. */
  #width = 0;
  /** Offset in what is open behind a sign that may end a clause. */
  #clause: number | undefined;
  #saysLine: boolean | undefined;
  /** True until something is said. */
  #first = true;
  /** The first half of a character of two UTF-16 units. */
  #half = "";

  /**
   * @param give takes each piece; returns whether anything of it is said
   * @param tellLikely takes what the first piece will be if a blank and a letter come next
   */
  constructor(give: (piece: SpeechPiece) => boolean, tellLikely: (piece: SpeechPiece) => void) {
    this.#give = give;
    this.#tellLikely = tellLikely;
  }

  push(text: string): void {
    for (const character of this.#half + text) {
      this.#half = "";
      const unit = character.charCodeAt(0);
      if (character.length === 1 && unit >= 0xd800 && unit < 0xdc00) this.#half = character;
      else this.#step(character);
    }
    if (this.#first && this.#open !== "" && this.#saysLine !== false) this.#lookAhead();
  }

  /** What is left is a last piece: nothing more comes. */
  end(): void {
    this.#open += this.#half;
    this.#half = "";
    this.#endLine("");
  }

  #step(character: string): void {
    if (character === "\n") return this.#endLine(character);
    this.#open += character;
    if (this.#saysLine === false) return;
    this.#width += widthOf(character);
    for (const { text, at } of this.#sentences.push(character)) {
      // By Unicode's rules, what opens something belongs to the sentence before it when no blank is between.
      const sentence = text.replace(OPENERS, "");
      if (ENDED.test(sentence)) this.#endSentence(at + sentence.length - this.#start);
    }
    if (this.#first) this.#lookForClause(character);
    if (this.#width > LONGEST) this.#cutText(cutOf(this.#open));
  }

  #endLine(end: string): void {
    // Of a line that is being said already, nothing else can become known.
    const says = this.#kinds.end(this.#start === 0 ? this.#open : "");
    this.#open += end;
    if (this.#open !== "") this.#cut(this.#open.length, !says, true);
    this.#start = this.#width = 0;
    this.#clause = undefined;
    this.#sentences = new Sentences();
    this.#saysLine = this.#kinds.inBlock ? false : undefined;
  }

  #endSentence(end: number): void {
    const to = end > 0 ? sentenceEnd(this.#openText, end) : undefined;
    if (to !== undefined) this.#cutText(to);
  }

  /** Cuts a first clause off, once a letter shows that the sentence goes on. */
  #lookForClause(character: string): void {
    if (seemsClauseEnd(this.#open)) {
      this.#clause = this.#open.length;
    } else if (this.#clause !== undefined && LETTER.test(character)) {
      const to = clauseEnd(this.#openText, this.#clause);
      this.#clause = undefined;
      if (to !== undefined) this.#cutText(to);
    }
  }

  /** Tells what the first piece will be, if it ends with the last sign. */
  #lookAhead(): void {
    if (WITHIN_ADDRESS.test(this.#open)) return;
    const text = `${this.#open} `;
    const open = { ...this.#openText, text };
    const end = this.#open.length;
    const to = seemsClauseEnd(this.#open)
      ? clauseEnd(open, end)
      : ENDED.test(this.#open)
      ? sentenceEnd(open, text.length)
      : undefined;
    if (to === text.length && this.#kinds.maySay(text)) this.#tellLikely(this.#piece(text, false, false));
  }

  get #openText(): OpenText {
    return { text: this.#open, startsLine: this.#start === 0, first: this.#first };
  }

  /** Gives out the beginning of what is open, unless the line is not for saying. */
  #cutText(to: number): void {
    this.#saysLine ??= this.#kinds.maySay(this.#open);
    if (this.#saysLine) this.#cut(to, false, false);
  }

  #cut(to: number, seenOnly: boolean, endsLine: boolean): void {
    const piece = this.#piece(this.#open.slice(0, to), seenOnly, endsLine);
    this.#open = this.#open.slice(to);
    this.#start += to;
    this.#at += to;
    this.#width = widthOf(this.#open);
    this.#clause = this.#clause !== undefined && this.#clause > to ? this.#clause - to : undefined;
    if (this.#give(piece)) this.#first = false;
  }
  /** What is open, or will be, as a piece. */
  #piece(text: string, seenOnly: boolean, endsLine: boolean): SpeechPiece {
    return { text, from: this.#at, to: this.#at + text.length, startsLine: this.#start === 0, endsLine, seenOnly };
  }
}
