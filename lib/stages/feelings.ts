/** From what a language model says to what is shown, thought and felt. */
import { guessFeeling } from "./classifier.ts";
import { MarkParser } from "./marks.ts";
import { type Sentence, Sentences } from "./sentences.ts";
import { ThinkSplitter } from "./thoughts.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

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
 * Whatever way the answer is cut into pieces, its text, its thoughts and its feelings come out the same. A stage that
 * throws is left out from then on, and no text is lost.
 */
export class Feelings {
  readonly #sink: FeelingsSink;
  /** Each stage is undefined once it has failed. */
  #thoughts: ThinkSplitter | undefined;
  #marks: MarkParser | undefined;
  /** Where feelings are guessed; undefined once the model has marked one. */
  #sentences: Sentences | undefined;
  #inFence = false;

  constructor(sink: FeelingsSink, options: FeelingsOptions) {
    this.#sink = sink;
    if (options.classifier) this.#sentences = new Sentences();
    this.#marks = new MarkParser({
      text: (data) => this.#say(data),
      emotion: (name, intensity, at) => {
        this.#sentences = undefined;
        sink.emotion(name, intensity, at);
      },
    });
    const inCode = () => this.#marks?.inCode ?? false;
    this.#thoughts = new ThinkSplitter({
      text: (data) => this.#read(data),
      thinking: (data) => sink.thinking(data),
      gap: () => this.#withMarks((marks) => marks.gap()),
      get inCode() {
        return inCode();
      },
    });
  }

  /** Takes a piece of the answer. */
  text(piece: string): void {
    if (this.#thoughts === undefined) this.#read(piece);
    else this.#withThoughts((thoughts) => thoughts.push(piece));
  }

  /** Takes a piece of thought that the model's server has split off already. */
  thinking(piece: string): void {
    this.#sink.thinking(piece);
  }

  /** The answer ends here, finished or not: gives out what was held back. */
  end(): void {
    this.#withThoughts((thoughts) => thoughts.end());
    this.#withMarks((marks) => marks.end());
    this.#guess((sentences) => sentences.end());
  }

  /** Takes text without thoughts. */
  #read(data: string): void {
    if (this.#marks === undefined) this.#say(data);
    else this.#withMarks((marks) => marks.push(data));
  }

  #withThoughts(run: (thoughts: ThinkSplitter) => void): void {
    const thoughts = this.#thoughts;
    if (thoughts === undefined) return;
    guarded("split thoughts off an answer", () => run(thoughts), () => {
      this.#thoughts = undefined;
      this.#read(thoughts.rest());
    });
  }

  #withMarks(run: (marks: MarkParser) => void): void {
    const marks = this.#marks;
    if (marks === undefined) return;
    guarded("take marks out of an answer", () => run(marks), () => {
      this.#marks = undefined;
      this.#say(marks.rest());
    });
  }

  #say(data: string): void {
    if (data === "") return;
    this.#sink.text(data);
    this.#guess((sentences) => sentences.push(data));
  }

  #guess(finished: (sentences: Sentences) => readonly Sentence[]): void {
    const sentences = this.#sentences;
    if (sentences === undefined) return;
    guarded("guess the feeling of an answer", () => this.#guessEach(finished(sentences)), () => {
      this.#sentences = undefined;
    });
  }

  #guessEach(sentences: readonly Sentence[]): void {
    for (const { text, at } of sentences) {
      const fence = FENCE.test(text);
      if (fence) this.#inFence = !this.#inFence;
      const guess = fence || this.#inFence ? undefined : guessFeeling(text);
      if (guess !== undefined) this.#sink.emotion(guess.name, guess.intensity, at);
    }
  }
}
