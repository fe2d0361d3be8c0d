/**
 * How many tokens a text takes in a model whose tokenizer is not at hand. What a character costs depends on its kind;
 * the beginning is on the safe side, and the counts that the model's server gives correct it.
 */
import type { ChatMessage, CountedAnswer } from "@/lib/providers/provider.ts";

/** Tokens by the kind of character they are made of. */
type Kinds = Record<Kind, number>;
type Kind = typeof KINDS[number];

/** `two`, `three` and `four` are the characters of other scripts, by their bytes in UTF-8. */
const KINDS = ["word", "digit", "sign", "blank", "two", "cjk", "three", "four"] as const;

/** Letters of an English word that make a token. Tokenizers know short words whole. */
const LETTERS = 4;
/**
 * Tokens a character. Many tokenizers give every digit one. What a tokenizer does not know it spells in bytes, so that
 * no character takes more than its bytes in UTF-8; the common ones know most letters and part of the emoji.
 */
const COST = { digit: 1, sign: 1, two: 1, cjk: 1.5, three: 1.5, four: 3 };
/** Spaces in a row that make a token; a lone one belongs to the word after it. A line feed is a token. */
const SPACES = 4;
const SPACE = 32;
/** What a message costs beside its text: its role, and the signs around it. */
const MESSAGE = 5;
/** What an image costs: models that see take from 256 to some 1600 tokens for one of the size that pages send. */
export const IMAGE_TOKENS = 1_200;

/** How far from the beginning's costs a model's own may be. */
const LEAST = 0.5;
const MOST = 3;
/** Of fewer tokens nothing is learned: the signs around a message weigh too much. */
const ENOUGH = 64;
/** A count this many times more or less than expected was made of something else than the text. */
const PLAUSIBLE = 4;

/** Counts for one model. */
export class TokenCounter {
  /** What the model's costs are of those at the beginning. */
  readonly #factors: Kinds = perKind(() => 1);

  /** About how many tokens messages take, rather too many than too few. */
  count(messages: readonly ChatMessage[]): number {
    const tokens = messages.reduce(
      (sum, { content, images }) =>
        sum + MESSAGE + this.#tokens(kindsOf(content)) + IMAGE_TOKENS * (images?.length ?? 0),
      0,
    );
    return Math.ceil(tokens);
  }

  /**
   * Learns from what a server counted. Fewer tokens than expected are believed of an answer alone: before some version
   * Ollama did not count the part of a prompt that it still had in its cache, and a prompt may have been cut.
   */
  learn({ messages, output, promptTokens, outputTokens }: CountedAnswer): void {
    if (outputTokens !== undefined) this.#learn(kindsOf(output), outputTokens);
    // What an image costs says nothing of text.
    if (promptTokens === undefined || messages.some(({ images }) => images !== undefined)) return;
    const text = promptTokens - MESSAGE * messages.length;
    const kinds = messages.map(({ content }) => kindsOf(content));
    const sum = perKind((kind) => kinds.reduce((sum, one) => sum + one[kind], 0));
    if (text > this.#tokens(sum)) this.#learn(sum, text);
  }

  #tokens(kinds: Kinds): number {
    return KINDS.reduce((sum, kind) => sum + kinds[kind] * this.#factors[kind], 0);
  }

  #learn(kinds: Kinds, tokens: number): void {
    const expected = this.#tokens(kinds);
    const ratio = tokens / expected;
    if (expected < ENOUGH || ratio > PLAUSIBLE || ratio < 1 / PLAUSIBLE) return;
    // Down in half steps: an answer of easy words is no reason to expect them for ever.
    const step = ratio > 1 ? ratio : Math.sqrt(ratio);
    for (const kind of KINDS) {
      // A kind is to blame by its share of the text.
      const share = kinds[kind] * this.#factors[kind] / expected;
      this.#factors[kind] = Math.min(MOST, Math.max(LEAST, this.#factors[kind] * step ** share));
    }
  }
}

function perKind(of: (kind: Kind) => number): Kinds {
  return Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as Kinds;
}

/** What a text costs at the beginning, in tokens. */
function kindsOf(text: string): Kinds {
  const kinds = perKind(() => 0);
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at)!;
    const kind = kindOf(code);
    const from = at;
    at += kind === "four" ? 2 : 1;
    if (kind === "word") {
      while (kindOf(text.charCodeAt(at)) === "word") at++;
      kinds.word += Math.ceil((at - from) / LETTERS);
    } else if (kind !== "blank") kinds[kind] += COST[kind];
    else if (code !== SPACE) kinds.blank++;
    else {
      while (text.charCodeAt(at) === SPACE) at++;
      if (at - from > 1) kinds.blank += Math.ceil((at - from) / SPACES);
    }
  }
  return kinds;
}

function kindOf(code: number): Kind {
  if (code >= 0x10000) return "four";
  if (code >= 0x800) return isCjk(code) ? "cjk" : "three";
  if (code >= 0x80) return "two";
  if (code <= SPACE) return "blank";
  if (code >= 48 && code <= 57) return "digit";
  return (code | 32) >= 97 && (code | 32) <= 122 ? "word" : "sign";
}

/** Han, kana, hangul, their punctuation and their full-width forms. */
function isCjk(code: number): boolean {
  return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7ff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xffef);
}
