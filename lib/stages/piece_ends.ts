/** Where a breath is taken: behind sentences and first clauses, and within what gets too long. */
import { LINE_SIGNS } from "./sayable.ts";
import { unclosedAt } from "./unclosed.ts";

/** How wide a piece gets, in letters of an alphabet; ideographs and kana are said longer. */
const IDEOGRAPH_WIDTH = 3;
export const LONGEST = 300;
/** A piece that is cut in its middle is at least so wide. */
const SHORTEST_CUT = 100;
/** A quotation wider than this is not waited for: sentences end within it. The first piece waits less. */
const QUOTATION = 120;
const FIRST_QUOTATION = 40;
/** The first clause is said by itself when it is so wide, a word counting for eight: three words, or eight ideographs. */
const WORD_WIDTH = 8;
const FIRST_CLAUSE = 24;

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const LETTERS = /[\p{L}\p{N}]+/gu;
export const LETTER = /[\p{L}\p{N}]/u;
/** Ends of clauses: within a number, an address or a time none has a blank behind it, unless it is a sign of CJK. */
const CLAUSE = /[,;:…–—]|[、，；：]/;
const CLAUSE_END = /(?:[,;:…–]\s+|\s-\s+|[、，；：—]\s*)$/;
/** Where a piece that got too long can be cut, the best first. */
const CUTS = [/[.!?…][\s"”»)]+|[。！？…]+[」』）]?/gu, /[,;:–]\s+|[、，；：—]\s*/gu, /\s+/gu];
/** Closing signs that belong to a sentence that ended before them. */
const CLOSERS = /[*_~"”“»」』）)\]】]/;
/** What has a full stop and ends no sentence, and initials. "I." may end one. */
const ABBREVIATION =
  /(?:(?<![\p{L}.])(?:Dr|Mrs?|Ms|Mx|Prof|St|Mt|Sgt|Capt|Lt|Col|Gen|Rev|Hon|Gov|Sen|Rep|Sra?|Srta|Mme|Mlle|Hr|Fr|Nr|No|Fig|Vol|vs|cf|ca|approx|bzw|evtl|e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|p\.\s?ej)|(?<![^\s."'“„«(])[A-HJ-Z])\.\s*$/u;
/** Before these a full stop or a question mark stands within an address. */
const WITHIN_WORD = /^[\p{Script=Latin}\p{N}=&/%#@+$-]/u;
const ASCII_END = /[!-~]$/;
const QUOTATION_END = /[」』）”"]$/;
/** Behind a quotation, the sentence around it goes on with these. */
const AFTER_QUOTATION = /^[\p{Script=Hiragana}、，,]/u;

/** The text that no piece has been made of yet. */
export interface OpenText {
  text: string;
  /** Whether a line begins with it. */
  startsLine: boolean;
  /** Whether nothing has been said before it: then it is not waited for as long. */
  first: boolean;
}

/**
 * Where a piece ends, once a sentence seems to end at an offset: behind what closes with it. Undefined where none ends,
 * or what it has opened is waited for.
 */
export function sentenceEnd({ text, startsLine, first }: OpenText, end: number): number | undefined {
  const before = text.slice(0, end);
  const rest = text.slice(end);
  if (ABBREVIATION.test(before) || (ASCII_END.test(before) && WITHIN_WORD.test(rest))) return undefined;
  const picture = before.endsWith("!") && rest.startsWith("[");
  if (picture || !hasWord(before, startsLine)) return undefined;
  const to = behindClosers(text, end);
  if (isOpen(text, to)) {
    if (widthOf(text.slice(0, to)) < (first ? FIRST_QUOTATION : QUOTATION)) return undefined;
    // Rather than in a quotation, the first breath is taken before it.
    const outside = first ? beforeOpen(text, to) : 0;
    return hasWord(text.slice(0, outside), startsLine) ? outside : to;
  }
  return QUOTATION_END.test(text.slice(0, to)) && AFTER_QUOTATION.test(text.slice(to)) ? undefined : to;
}

/** Whether a clause may end with the last character of a text. */
export function seemsClauseEnd(text: string): boolean {
  return CLAUSE.test(text.charAt(text.length - 1)) || text.endsWith(" - ");
}

/** Where a first clause ends whose last sign stands before an offset; undefined where it is too short, or none. */
export function clauseEnd({ text, startsLine }: OpenText, sign: number): number | undefined {
  const to = behindClosers(text, sign);
  const clause = text.slice(0, to);
  if (!CLAUSE_END.test(clause.replace(/["”“»」』）)*_]+(?=\s*$)/, ""))) return undefined;
  if (lengthOfClause(withoutSigns(clause, startsLine)) < FIRST_CLAUSE || isOpen(text, to)) return undefined;
  return to;
}

/** The best place to cut a text that got too long. */
export function cutOf(text: string): number {
  const least = text.length * SHORTEST_CUT / LONGEST;
  for (const cuts of CUTS) {
    const places = [...text.matchAll(cuts)].map(({ index, 0: sign }) => index + sign.length)
      .filter((place) => place >= least && place < text.length);
    const place = places.findLast((one) => !isOpen(text, one)) ?? places.at(-1);
    if (place !== undefined) return place;
  }
  return text.length;
}

/** How much breath a text takes, in letters of an alphabet. */
export function widthOf(text: string): number {
  return text.length + (text.match(IDEOGRAPHS)?.length ?? 0) * (IDEOGRAPH_WIDTH - 1);
}

function lengthOfClause(text: string): number {
  const words = text.replace(IDEOGRAPHS, " ").match(LETTERS)?.length ?? 0;
  return words * WORD_WIDTH + (text.match(IDEOGRAPHS)?.length ?? 0) * IDEOGRAPH_WIDTH;
}

/** Where a piece ends whose sentence or clause ends at `end`: behind signs that close what it opened, and blanks. */
function behindClosers(text: string, end: number): number {
  let to = end;
  if (!/\s/.test(text.charAt(to - 1))) {
    while (CLOSERS.test(text.charAt(to)) && closes(text, to)) to++;
  }
  while (/\s/.test(text.charAt(to))) to++;
  return to;
}

/** Whether the sign at an offset closes what is open there. */
function closes(text: string, at: number): boolean {
  const sign = text.charAt(at);
  if (/[_~]/.test(sign) || (sign === "*" && text.charAt(at - 1) === "*")) return true;
  return unclosedAt(text, at).at(-1)?.includes(sign) === true;
}

function isOpen(text: string, at: number): boolean {
  return unclosedAt(text, at).length > 0;
}

/** Where that begins within which an offset stands. */
function beforeOpen(text: string, at: number): number {
  let outside = at;
  while (outside > 0 && isOpen(text, outside)) outside--;
  return outside;
}

function hasWord(begun: string, startsLine: boolean): boolean {
  return LETTER.test(withoutSigns(begun, startsLine));
}

function withoutSigns(begun: string, startsLine: boolean): string {
  return startsLine ? begun.replace(LINE_SIGNS, "") : begun;
}
