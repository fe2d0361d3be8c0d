/** The keys of lore: words, or regular expressions that take no longer than their text is long. */
import { RE2JS } from "re2js";

/** Whether a text has a key. */
export type KeyTest = (text: ScannedText) => boolean;

export interface KeyOptions {
  caseSensitive: boolean;
  /** Whether the key must stand alone, where its script parts words. */
  wholeWords: boolean;
  /** Whether every key is a pattern, also those without slashes. */
  regex: boolean;
}

/** Of a pattern, and of the text that it is looked for in, UTF-16 units: the end of a longer text is taken. */
const LONGEST_PATTERN = 500;
const LONGEST_MATCHED = 8_000;
/** Letters and digits of scripts that part words with spaces. Korean does, but joins endings to them. */
const LETTER =
  /(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー])[\p{L}\p{N}\p{M}_]/u;

/** A text that keys are looked for in. */
export class ScannedText {
  readonly #plain: string;
  #folded: string | undefined;

  constructor(text: string) {
    this.#plain = text.normalize("NFKC");
  }

  /** With full-width signs as the usual ones; in lower case where that makes no difference. */
  in(caseSensitive: boolean): string {
    return caseSensitive ? this.#plain : this.#folded ??= this.#plain.toLowerCase();
  }

  /** The part that patterns are looked for in. */
  get end(): string {
    return this.#plain.slice(-LONGEST_MATCHED);
  }
}

/**
 * What a key looks for; `/…/flags` is a pattern. Patterns go through RE2, which needs no longer than their text is long,
 * so that no card can hold up the server.
 *
 * @returns undefined for a pattern that cannot be read, or looks around or back, and for nothing
 */
export function keyTest(key: string, { caseSensitive, wholeWords, regex }: KeyOptions): KeyTest | undefined {
  const [, pattern, flags = ""] = /^\/(.+)\/([a-z]*)$/s.exec(key) ?? [];
  if (pattern !== undefined) return patternTest(pattern, flags);
  if (regex) return patternTest(key, caseSensitive ? "" : "i");
  const folded = key.normalize("NFKC").trim();
  const wanted = caseSensitive ? folded : folded.toLowerCase();
  if (wanted === "") return undefined;
  return wholeWords
    ? (text) => hasWord(text.in(caseSensitive), wanted)
    : (text) => text.in(caseSensitive).includes(wanted);
}

function patternTest(pattern: string, flags: string): KeyTest | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const options = (flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes("s") ? RE2JS.DOTALL : 0) |
    (flags.includes("m") ? RE2JS.MULTILINE : 0);
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), options);
    return (text) => compiled.matcher(text.end).find();
  } catch {
    return undefined; // What is no pattern, or none of RE2's, never matches; whoever reads the card warns.
  }
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (parted(text, at) && parted(text, at + word.length)) return true;
  }
  return false;
}

/** Whether one word ends before `at` and another begins there, as far as their script tells. */
function parted(text: string, at: number): boolean {
  return !LETTER.test(before(text, at)) || !LETTER.test(String.fromCodePoint(text.codePointAt(at) ?? 0x20));
}

function before(text: string, at: number): string {
  const low = text.charCodeAt(at - 1) >> 10 === 0x37;
  return text.slice(Math.max(0, at - (low ? 2 : 1)), at);
}
