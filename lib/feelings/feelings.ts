/** From what a language model says to what is shown, thought and felt. */
import { guessFeeling } from "./classifier.ts";
import { MarkParser } from "./marks.ts";
import { type Sentence, Sentences } from "./sentences.ts";
import { ThinkSplitter } from "./thinking.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";

/** Hears of one answer. */
export interface FeelingsSink {
  /** Visible text, without marks and thoughts. */
  text(data: string): void;
  thinking(data: string): void;
  /**
   * @param intensity from 0 to 1
   * @param at offset in the visible text, UTF-16 units, at or before the end of what has been told; never decreases
   */
  emotion(name: Emotion | "neutral", intensity: number, at: number): void;
}

export interface FeelingsOptions {
  /** Whether feelings are guessed from finished sentences as long as the answer marks none. */
  classifier: boolean;
}

const FENCE = /^\s*(?:```|~~~)/;

/**
 * One answer's way from the model to the page: thoughts are split off, marks taken out, and where there are none
 * feelings are guessed. Synchronous; a piece without brackets passes straight through.
 *
 * Whatever way the answer is cut into pieces, its text, its thoughts and its feelings come out the same.
 */
export class Feelings {
  readonly #sink: FeelingsSink;
  readonly #thoughts: ThinkSplitter;
  readonly #marks: MarkParser;
  /** Where feelings are guessed; undefined once the model has marked one. */
  #sentences: Sentences | undefined;
  #inFence = false;

  constructor(sink: FeelingsSink, options: FeelingsOptions) {
    this.#sink = sink;
    if (options.classifier) this.#sentences = new Sentences();
    const marks = new MarkParser({
      text: (data) => this.#say(data),
      emotion: (name, intensity, at) => {
        this.#sentences = undefined;
        sink.emotion(name, intensity, at);
      },
    });
    this.#marks = marks;
    this.#thoughts = new ThinkSplitter({
      text: (data) => marks.push(data),
      thinking: (data) => sink.thinking(data),
      gap: () => marks.gap(),
      get inCode() {
        return marks.inCode;
      },
    });
  }

  /** Takes a piece of the answer. */
  text(piece: string): void {
    this.#thoughts.push(piece);
  }

  /** Takes a piece of thought that the model's server has split off already. */
  thinking(piece: string): void {
    this.#sink.thinking(piece);
  }

  /** The answer ends here, finished or not: gives out what was held back. */
  end(): void {
    this.#thoughts.end();
    this.#marks.end();
    this.#guess(this.#sentences?.end() ?? []);
  }

  #say(data: string): void {
    this.#sink.text(data);
    if (this.#sentences !== undefined) this.#guess(this.#sentences.push(data));
  }

  #guess(sentences: readonly Sentence[]): void {
    for (const { text, at } of sentences) {
      const fence = FENCE.test(text);
      if (fence) this.#inFence = !this.#inFence;
      const guess = fence || this.#inFence ? undefined : guessFeeling(text);
      if (guess !== undefined) this.#sink.emotion(guess.name, guess.intensity, at);
    }
  }
}
