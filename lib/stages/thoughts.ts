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
    else {
      this.#held += piece;
      this.#read();
    }
  }

  /** Gives out what is held back: nothing more comes. */
  end(): void {
    this.#giveHeld(this.#held.length);
  }

  /** What has come in and was not given out, as it is: for whoever goes on without this splitter after it has thrown. */
  rest(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Reads what is held. At any moment, all that was neither given out nor a tag is held. */
  #read(): void {
    for (let open = this.#held.indexOf("<"); open >= 0; open = this.#held.indexOf("<", open)) {
      const ahead = this.#held.slice(open, open + "</thinking>".length).toLowerCase();
      const tags = this.#inside ? CLOSING : ALL;
      const tag = tags.find((tag) => ahead.startsWith(tag));
      const unfinished = tag === undefined && tags.some((tag) => tag.startsWith(ahead));
      if (tag === undefined && !unfinished) {
        open++;
        continue;
      }
      this.#giveHeld(open);
      open = 0;
      if (!this.#inside && this.#sink.inCode) {
        open = 1;
        continue;
      }
      if (tag === undefined) return;
      this.#held = this.#held.slice(tag.length);
      this.#pass(tag);
    }
    this.#giveHeld(this.#held.length);
  }

  #giveHeld(length: number): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#give(text);
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
