/** A finished sentence, with the blank space after it. */
export interface Sentence {
  text: string;
  /** Offset in the whole text, UTF-16 units. */
  at: number;
}

/** A "sentence" longer than this, UTF-16 units, is cut: nobody waits for its end. */
const LONGEST = 1_000;
const END = /[\p{Sentence_Terminal}\n\u2028\u2029\u0085]/u;
/** Before the next letter, or the end of the line, a full stop may turn out to be no end: "e.g. 3 of them". */
const DECIDED = /[\p{L}\n\u2028\u2029\u0085]/u;
/** The last letter or end of a line. Every end before it is decided. */
const LAST_DECIDED = /[\p{L}\n\u2028\u2029\u0085](?=[^\p{L}\n\u2028\u2029\u0085]*$)/u;
/** Ends that are not decided yet. */
const UNDECIDED = /[\p{Sentence_Terminal}\n\u2028\u2029\u0085][^\p{L}\n\u2028\u2029\u0085]*$/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** Cuts text that comes in any pieces into sentences, in any language; always the same ones, however it is split. */
export class Sentences {
  #open = "";
  #at = 0;
  /** Whether a sentence may end within what is open. */
  #ending = false;
  /** Before this letter of what is open no sentence ends: it need not be looked through again. */
  #looked = 0;

  /** The sentences that `piece` has finished. */
  push(piece: string): Sentence[] {
    const done: Sentence[] = [];
    for (let rest = piece; rest !== "";) {
      const room = LONGEST - this.#open.length;
      const part = rest.slice(0, room);
      rest = rest.slice(room);
      this.#open += part;
      this.#ending ||= END.test(part);
      if (this.#ending && DECIDED.test(part)) this.#cut(done);
      if (this.#open.length >= LONGEST) this.#take(LONGEST, done);
    }
    return done;
  }

  /** What is left as a last sentence: nothing more comes. */
  end(): Sentence[] {
    const done: Sentence[] = [];
    if (this.#open !== "") this.#take(this.#open.length, done);
    return done;
  }

  #cut(done: Sentence[]): void {
    const open = this.#open;
    const looked = this.#looked;
    let from = 0;
    for (const { index, segment } of segmenter.segment(open.slice(looked))) {
      const end = looked + index + segment.length;
      if (!DECIDED.test(open.slice(end))) break;
      this.#take(end - from, done);
      from = end;
    }
    const rest = this.#open.slice(this.#looked);
    this.#looked += Math.max(0, rest.search(LAST_DECIDED));
    this.#ending = UNDECIDED.test(rest);
  }

  #take(length: number, done: Sentence[]): void {
    done.push({ text: this.#open.slice(0, length), at: this.#at });
    this.#open = this.#open.slice(length);
    this.#at += length;
    this.#ending = false;
    this.#looked = 0;
  }
}
