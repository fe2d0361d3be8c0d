/**
 * Markdown that grows. A text is cut into its top-level blocks; all but the last are finished and stay as they are,
 * so that each new piece costs as much as the last block is long, not as the whole text.
 */
import type { Token } from "markdown-it";
import { makeParser } from "./parser.ts";
import { type Environment, refersTo } from "./rules/definitions.ts";

/** What has become of the text at one moment. */
export interface Growth {
  /** HTML of the blocks finished since the last call. */
  finished: string[];
  /** HTML of what may still change. */
  open: string;
  /** HTML of earlier blocks that a link has been defined for only now, by their index among all finished ones. */
  changed: Map<number, string>;
}

/**
 * Alone at the end of growing text, these turn the line above into a heading or flicker as a list or a rule,
 * until the next letter says what they are.
 */
const UNDECIDED = /(?:^|\n)[ \t]{0,3}(?:[-=_*+]+|\d{1,9}[.)]?|#{1,6}|`{1,2}|>)[ \t]*$/;

interface Block {
  raw: string;
  tokens: Token[];
}

const plain = makeParser(false);
const prose = makeParser(true);

export class MarkdownBlocks {
  readonly #parser;
  /** Length of the text whose blocks are finished. */
  #done = 0;
  /** Length of the text up to the last line feed that was looked at. */
  #lines = 0;
  #references: Environment["references"] = {};
  #count = 0;
  /** Finished blocks in which a link may yet come to be. */
  readonly #referring: { index: number; raw: string }[] = [];

  /** @param options `prose`: true for a story, in which HTML and indentation are left out; see `makeParser` */
  constructor(options: { prose?: boolean } = {}) {
    this.#parser = options.prose === true ? prose : plain;
  }

  /**
   * Takes the whole text, grown since the last call.
   *
   * @param complete true when it will not grow any more: then nothing is open
   */
  grow(text: string, complete: boolean): Growth {
    const whole = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    const lines = complete ? whole.length : whole.lastIndexOf("\n") + 1;
    const growth: Growth = { finished: [], open: "", changed: new Map() };
    // Only whole lines decide what a block is, and that it is finished: half a line may become anything.
    if (lines > this.#lines || complete) this.#finish(whole, lines, complete, growth);
    this.#lines = lines;
    if (!complete) growth.open = this.#open(whole);
    return growth;
  }

  #finish(text: string, end: number, complete: boolean, { finished, changed }: Growth): void {
    const env = this.#environment(text);
    const blocks = this.#blocks(text.slice(this.#done, end), env);
    const closed = complete ? blocks : blocks.slice(0, -1);
    if (closed.length === 0) return;
    const raw = closed.map((block) => block.raw).join("");
    // Parsed again without what follows, which may define what is not finished yet.
    const own = complete ? env : this.#environment(text);
    for (const block of complete ? blocks : this.#blocks(raw, own)) {
      if (block.raw.includes("[")) this.#referring.push({ index: this.#count, raw: block.raw });
      this.#count++;
      finished.push(this.#html(block.tokens, own));
    }
    this.#done += raw.length;
    this.#redraw(own.references, finished, changed);
  }

  /** Draws what refers to a link that has been defined since. */
  #redraw(references: Environment["references"], finished: string[], changed: Map<number, string>): void {
    const fresh = Object.keys(references).filter((label) => !(label in this.#references));
    this.#references = references;
    const before = this.#count - finished.length;
    for (const { index, raw } of fresh.length === 0 ? [] : this.#referring) {
      if (index >= before || !fresh.some((label) => refersTo(raw, label))) continue;
      const env = { references: { ...references }, before: raw };
      changed.set(index, this.#html(this.#parser.parse(raw, env), env));
    }
  }

  #open(text: string): string {
    const tail = text.slice(this.#done);
    const undecided = tail.search(UNDECIDED);
    const env = this.#environment(text);
    return this.#html(this.#parser.parse(undecided < 0 ? tail : tail.slice(0, undecided), env), env);
  }

  #environment(text: string): Environment {
    return { references: { ...this.#references }, before: text.slice(0, this.#done) };
  }

  /** HTML of blocks. It has not been sanitised. */
  #html(tokens: Token[], env: Environment): string {
    return this.#parser.renderer.render(tokens, this.#parser.options, env);
  }

  /** The top-level blocks, each with the blank lines behind it. */
  #blocks(text: string, env: Environment): Block[] {
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    const groups: Token[][] = [];
    for (const token of this.#parser.parse(text, env)) {
      if (token.level === 0 && token.nesting >= 0 && token.map !== null) groups.push([]);
      groups.at(-1)?.push(token);
    }
    // What stands before the first block is blank, and goes with it.
    const from = groups.map(([token], index) => index === 0 ? 0 : starts[token!.map![0]] ?? text.length);
    return groups.map((tokens, index) => ({ tokens, raw: text.slice(from[index], from[index + 1] ?? text.length) }));
  }
}
