import { LineKinds } from "./line_kinds.ts";
import { LINE_SIGNS, type LinePart } from "./sayable.ts";
import { Sentences } from "./sentences.ts";
import { unclosedAt } from "./unclosed.ts";

/** A piece of a text that is said in one breath, or is not said at all. */
export interface SpeechPiece extends LinePart {
  /** Where it stands in the whole text, UTF-16 units; pieces come one after the other, without gaps. */
  from: number;
  to: number;
  /** Whether it is code, a formula or part of a table. */
  seenOnly: boolean;
}

/** How wide a piece gets, in letters of an alphabet; ideographs and kana are said longer. */
const IDEOGRAPH_WIDTH = 3;
const LONGEST = 300;
/** A piece that is cut in its middle is at least so wide. */
const SHORTEST_CUT = 100;
/** A quotation wider than this is not waited for: sentences end within it. The first piece waits less. */
const QUOTATION = 120;
const FIRST_QUOTATION = 40;
/** The first clause is said by itself when it is so wide, a word counting for eight: three words, or eight ideographs. */
const WORD_WIDTH = 8;
const FIRST_CLAUSE = 24;

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const IDEOGRAPHS = new RegExp(IDEOGRAPH, "gu");
const LETTERS = /[\p{L}\p{N}]+/gu;
const LETTER = /[\p{L}\p{N}]/u;
/** Ends of clauses: within a number, an address or a time none has a blank behind it, unless it is a sign of CJK. */
const CLAUSE = /[,;:…–—]|[、，；：]/;
const CLAUSE_END = /(?:[,;:…–]\s+|\s-\s+|[、，；：—]\s*)$/;
/** Where a piece that got too long can be cut, the best first. */
const CUTS = [/[.!?…][\s"”»)]+|[。！？…]+[」』）]?/gu, /[,;:–]\s+|[、，；：—]\s*/gu, /\s+/gu];
/** Closing signs that belong to a sentence that ended before them. */
const CLOSERS = /[*_~"”“»」』）)\]】]/;
/** A sentence that ended for a reason; the others were only cut. */
const ENDED = /[\p{Sentence_Terminal}…]["'”“’»)\]*_~」』）】]*\s*$/u;
/** What has a full stop and ends no sentence, and initials. "I." may end one. */
const ABBREVIATION =
  /(?:(?<![\p{L}.])(?:Dr|Mrs?|Ms|Mx|Prof|St|Mt|Sgt|Capt|Lt|Col|Gen|Rev|Hon|Gov|Sen|Rep|Sra?|Srta|Mme|Mlle|Hr|Fr|Nr|No|Fig|Vol|vs|cf|ca|approx|bzw|evtl|e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|p\.\s?ej)|(?<![^\s."'“„«(])[A-HJ-Z])\.\s*$/u;
/** Before these a full stop or a question mark stands within an address. */
const WITHIN_WORD = /^[\p{Script=Latin}\p{N}=&/%#@+$-]/u;
const OPENERS = /[\p{Ps}\p{Pi}]+$/u;
const ASCII_END = /[!-~]$/;
const QUOTATION_END = /[」』）”"]$/;
/** Behind a quotation, the sentence around it goes on with these. */
const AFTER_QUOTATION = /^[\p{Script=Hiragana}、，,]/u;

/**
 * Cuts Markdown that comes in any pieces into what is said in one breath; always the same, however it comes.
 *
 * - The first clause of what is said goes alone, so that its sound can begin early; then a piece is a sentence.
 * - Lines end a piece. Numbers, abbreviations, addresses, quotations and brackets do not, unless they get too long.
 * - A piece is given out with the first letter of the next one.
 */
export class SpeechPieces {
  readonly #give: (piece: SpeechPiece) => boolean;
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

  /** @param give takes each piece; returns whether anything of it is said */
  constructor(give: (piece: SpeechPiece) => boolean) {
    this.#give = give;
  }

  push(text: string): void {
    for (const character of this.#half + text) {
      this.#half = "";
      const unit = character.charCodeAt(0);
      if (character.length === 1 && unit >= 0xd800 && unit < 0xdc00) this.#half = character;
      else this.#step(character);
    }
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
    this.#width += IDEOGRAPH.test(character) ? IDEOGRAPH_WIDTH : character.length;
    for (const { text, at } of this.#sentences.push(character)) {
      // By Unicode's rules, what opens something belongs to the sentence before it when no blank is between.
      const sentence = text.replace(OPENERS, "");
      if (ENDED.test(sentence)) this.#endSentence(at + sentence.length - this.#start);
    }
    if (this.#first) this.#lookForClause(character);
    if (this.#width > LONGEST) this.#cutLong();
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
    if (end <= 0) return;
    const before = this.#open.slice(0, end);
    const rest = this.#open.slice(end);
    if (ABBREVIATION.test(before) || (ASCII_END.test(before) && WITHIN_WORD.test(rest))) return;
    const picture = before.endsWith("!") && rest.startsWith("[");
    if (picture || !LETTER.test(this.#withoutSigns(before))) return;
    const to = this.#behindClosers(end);
    const patience = this.#first ? FIRST_QUOTATION : QUOTATION;
    if (this.#isOpen(to) && widthOf(this.#open.slice(0, to)) < patience) return;
    if (QUOTATION_END.test(this.#open.slice(0, to)) && AFTER_QUOTATION.test(this.#open.slice(to))) return;
    this.#cutText(to);
  }

  /** Cuts a first clause off, once a letter shows that the sentence goes on. */
  #lookForClause(character: string): void {
    if (CLAUSE.test(character)) {
      this.#clause = this.#open.length;
    } else if (character === " " && this.#open.endsWith(" - ")) {
      this.#clause = this.#open.length - 1;
    } else if (this.#clause !== undefined && LETTER.test(character)) {
      const to = this.#behindClosers(this.#clause);
      this.#clause = undefined;
      const clause = this.#open.slice(0, to);
      if (!CLAUSE_END.test(clause.replace(/["”“»」』）)*_]+(?=\s*$)/, ""))) return;
      if (lengthOfClause(this.#withoutSigns(clause)) >= FIRST_CLAUSE && !this.#isOpen(to)) this.#cutText(to);
    }
  }

  /** Cuts what got too long, at the best place there is. */
  #cutLong(): void {
    const text = this.#open;
    const least = text.length * SHORTEST_CUT / LONGEST;
    for (const cuts of CUTS) {
      const places = [...text.matchAll(cuts)].map(({ index, 0: sign }) => index + sign.length)
        .filter((place) => place >= least && place < text.length);
      const place = places.findLast((one) => !this.#isOpen(one)) ?? places.at(-1);
      if (place !== undefined) return this.#cutText(place);
    }
    this.#cutText(text.length);
  }

  /** Where a piece ends whose sentence or clause ends at `end`: behind signs that close what it opened, and blanks. */
  #behindClosers(end: number): number {
    let to = end;
    if (!/\s/.test(this.#open.charAt(to - 1))) {
      while (CLOSERS.test(this.#open.charAt(to)) && this.#closes(to)) to++;
    }
    while (/\s/.test(this.#open.charAt(to))) to++;
    return to;
  }

  /** Whether the sign at an offset closes what is open there. */
  #closes(at: number): boolean {
    const sign = this.#open.charAt(at);
    if (/[_~]/.test(sign) || (sign === "*" && this.#open.charAt(at - 1) === "*")) return true;
    return unclosedAt(this.#open, at).at(-1)?.includes(sign) === true;
  }

  #isOpen(at: number): boolean {
    return unclosedAt(this.#open, at).length > 0;
  }

  #withoutSigns(begun: string): string {
    return this.#start === 0 ? begun.replace(LINE_SIGNS, "") : begun;
  }

  /** Gives out the beginning of what is open, unless the line is not for saying. */
  #cutText(to: number): void {
    this.#saysLine ??= this.#kinds.maySay(this.#open);
    if (this.#saysLine) this.#cut(to, false, false);
  }

  #cut(to: number, seenOnly: boolean, endsLine: boolean): void {
    const piece = {
      text: this.#open.slice(0, to),
      from: this.#at,
      to: this.#at + to,
      startsLine: this.#start === 0,
      endsLine,
      seenOnly,
    };
    this.#open = this.#open.slice(to);
    this.#start += to;
    this.#at += to;
    this.#width = widthOf(this.#open);
    this.#clause = this.#clause !== undefined && this.#clause > to ? this.#clause - to : undefined;
    if (this.#give(piece)) this.#first = false;
  }
}

function widthOf(text: string): number {
  return text.length + (text.match(IDEOGRAPHS)?.length ?? 0) * (IDEOGRAPH_WIDTH - 1);
}

function lengthOfClause(text: string): number {
  const words = text.replace(IDEOGRAPHS, " ").match(LETTERS)?.length ?? 0;
  return words * WORD_WIDTH + (text.match(IDEOGRAPHS)?.length ?? 0) * IDEOGRAPH_WIDTH;
}
