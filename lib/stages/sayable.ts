/** What of a text that people read can be read to them. */
import { quotationFrom } from "./quotation_marks.ts";
import { withoutDirections } from "./stage_directions.ts";

/** Part of a line, or all of it. */
export interface LinePart {
  text: string;
  /** Whether a line begins with it, and ends with it. */
  startsLine: boolean;
  endsLine: boolean;
}

/** What has begun in a part of a line, and goes on in the next one. */
export interface Unended {
  /** A stage direction. */
  direction: boolean;
  /** What ends the quotation; undefined outside. */
  quotation: string | undefined;
}

/** Signs of Markdown that a line begins with: a quotation's, a heading's, a list's. */
export const LINE_SIGNS =
  /^[\s\u3000]*(?:>[ \t]?)*[ \t]*(?:#{1,6}(?:[ \t]+|$)|[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+)?/;

const CODE = /(`+)(?!`)(.*?[^`])\1(?!`)/gs;
const FORMULA = /\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$|(?<![\p{L}\p{N}$])\$(?!\s)([^$\n]*[^\s$])\$(?![\p{N}$])/gu;
/** Code and formulas that are words, too: `npm install`, `user_name`, `main.ts`, `run()`. */
const WORDLIKE = /^\p{L}[\p{L}\p{N} ._/@-]*(?:\(\))?$/u;
const LINK = /!?\[((?:[^[\]]|\[[^[\]]*\])*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^[\]]*\])/g;
const FOOTNOTE = /\[\^[^[\]]+\]|\[\d{1,3}\]/g;
const URL_TEXT = /<?\b(?:(?:https?|ftp|wss?):\/\/|www\.)([^\s<>()（）「」『』"“”、。，]+)>?/gi;
const TAG = /<\/?[a-z][^<>]*>|<!--.*?-->/gi;
const ESCAPED = /\\[!-/:-@[-`{-~]/g;
const TIMES = /(?<=\d\s?)\*(?=\s?\d)/g;
const EMPHASIS = /\*+|~~|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])|`+|\|\|/gu;
/** Emoji, and signs that nobody reads aloud; °, ©, № and their like are read. */
const PICTURES =
  /(?![°℃℉№©®™])[\p{So}\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}←-⇿\u200d\u20e3\ufe0e\ufe0f]/gu;
const WORD = /[\p{L}\p{N}]/u;

/**
 * Makes a part of a line sayable: without signs of Markdown, code, addresses, emoji and stage directions.
 *
 * @param speak `dialogue` for only what stands in quotation marks
 * @returns what is said, empty when there is nothing, and what goes on after it
 */
export function sayable(
  part: LinePart,
  before: Unended,
  speak: "all" | "dialogue",
): { say: string; unended: Unended } {
  const text = (part.startsLine ? part.text.replace(LINE_SIGNS, "") : part.text)
    .replace(CODE, (_, _ticks, code: string) => wordsOf(code))
    .replace(FORMULA, (_, ...inner: (string | undefined)[]) => wordsOf(inner.slice(0, 4).join("")))
    .replace(LINK, "$1")
    .replace(FOOTNOTE, "")
    .replace(URL_TEXT, spokenHost)
    .replace(TAG, " ")
    .replace(ESCAPED, "");
  const directed = withoutDirections(text, { goesOn: before.direction, endsLine: part.endsLine });
  const plain = directed.text.replace(TIMES, "×").replace(EMPHASIS, "").replace(PICTURES, " ");
  const { said, quotation } = speak === "all" ? { said: plain, quotation: undefined } : quoted(plain, before.quotation);
  const say = said.replace(/\s+/g, " ").replace(/ (?=[,.;:!?)。、，；：！？」』）])/g, "").replace(
    /^[\s,;:、，；：]+/,
    "",
  ).trim();
  // Straight marks do not tell a beginning from an end: a missing one costs its own line alone.
  const open = part.endsLine && quotation === '"' ? undefined : quotation;
  return { say: WORD.test(say) ? say : "", unended: { direction: directed.goesOn, quotation: open } };
}

function wordsOf(code: string): string {
  const words = code.trim();
  return WORDLIKE.test(words) ? words.replace(/\(\)$/, "").replace(/[_/]+/g, " ") : " ";
}

/** The host of an address, with the sentence's own signs that stand behind it. */
function spokenHost(address: string, rest: string): string {
  const signs = address.endsWith(">") ? "" : /[.,;:!?…'*_~]*$/.exec(address)![0];
  const host = /^[^/?#:]*/.exec(rest.replace(/^[^/@]*@/, "").slice(0, rest.length))![0].replace(/^www\./i, "");
  return ` ${host.replace(/[.,;:!?…'*_~]+$/, "")}${signs}`;
}

/** What stands in quotation marks. */
function quoted(text: string, open: string | undefined): { said: string; quotation: string | undefined } {
  let quotation = open;
  let said = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quotation === undefined) quotation = quotationFrom(text, at);
    else if (quotation.includes(sign)) {
      quotation = undefined;
      said += " ";
    } else said += sign;
  }
  return { said, quotation };
}
