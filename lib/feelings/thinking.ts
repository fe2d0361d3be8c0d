/** Hears of an answer without its thoughts, and of the thoughts. */
export interface ThinkingSink {
  text(data: string): void;
  thinking(data: string): void;
  /** A block of thoughts was taken out of the text here. */
  gap(): void;
  /** Whether the text that comes next is within code, where everything is text. */
  readonly inCode: boolean;
}

const OPENING = ["<think>", "<thinking>"];
const CLOSING = ["</think>", "</thinking>"];
const ALL = [...OPENING, ...CLOSING];

/**
 * Splits the thoughts between `<think>` (or `<thinking>`) and its end off an answer that comes in any pieces.
 *
 * Models think first, but a later block is taken out, too, anywhere but in code. A block that is never closed goes on
 * to the end. The end of a block that was never opened is dropped: the model's template had opened it unseen.
 * Held back is only what may still become a tag.
 */
export class ThinkSplitter {
  readonly #sink: ThinkingSink;
  #held = "";
  #inside = false;
  /** True until the first word of a block, so that no block begins with empty lines. */
  #fresh = false;
  #blocks = 0;

  constructor(sink: ThinkingSink) {
    this.#sink = sink;
  }

  push(piece: string): void {
    if (this.#held === "" && !piece.includes("<")) this.#give(piece);
    else this.#read(this.#held + piece);
  }

  /** Gives out what is held back: nothing more comes. */
  end(): void {
    const held = this.#held;
    this.#held = "";
    this.#give(held);
  }

  #read(text: string): void {
    this.#held = "";
    let from = 0;
    for (let open = text.indexOf("<"); open >= 0; open = text.indexOf("<", open + 1)) {
      const ahead = text.slice(open, open + "</thinking>".length).toLowerCase();
      const tags = this.#inside ? CLOSING : ALL;
      const tag = tags.find((tag) => ahead.startsWith(tag));
      const unfinished = tag === undefined && tags.some((tag) => tag.startsWith(ahead));
      if (tag === undefined && !unfinished) continue;
      this.#give(text.slice(from, open));
      from = open;
      if (!this.#inside && this.#sink.inCode) continue;
      if (tag === undefined) {
        this.#held = text.slice(open);
        return;
      }
      this.#pass(tag);
      from = open + tag.length;
    }
    this.#give(text.slice(from));
  }

  #pass(tag: string): void {
    if (!this.#inside) this.#sink.gap();
    this.#inside = OPENING.includes(tag);
    this.#fresh = this.#inside;
  }

  #give(text: string): void {
    if (text === "") return;
    if (!this.#inside) return this.#sink.text(text);
    const words = this.#fresh ? text.trimStart() : text;
    if (words === "") return;
    const apart = this.#fresh && this.#blocks++ > 0 ? "\n\n" : "";
    this.#fresh = false;
    this.#sink.thinking(apart + words);
  }
}
