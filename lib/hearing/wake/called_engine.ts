/** Has a recogniser hear only what is said to her: what is said before she is called is for the wake word's model alone. */
import { afterWakeWord } from "./wake_word.ts";
import type { Spotting } from "./wake_spotter.ts";
import type { Recognition, RecognitionEngine, RecognitionRequest } from "@/lib/hearing/engine.ts";
import { CALLED_MS } from "@/lib/hearing/spoken_prompts.ts";

/** How long after she was called all is understood at most, ms: a room that talks on is not listened to for ever. */
const MOST_MS = 60_000;

/** What of an engine is used to listen with. */
export type ListeningEngine = Pick<RecognitionEngine, "streaming" | "prepare" | "open">;

export interface CalledEngineOptions {
  engine: ListeningEngine;
  spotting: Spotting;
  /** What she is called by, now. */
  wakeWords(): readonly string[];
  /** Milliseconds of a monotonic clock. */
  now?(): number;
}

/** The engine of one stream that waits for a wake word. */
export class CalledEngine implements ListeningEngine {
  readonly #options: CalledEngineOptions;
  /** When she was called, and when she was spoken to last. */
  #called = -Infinity;
  #spoken = -Infinity;

  constructor(options: CalledEngineOptions) {
    this.#options = options;
  }

  get streaming(): boolean {
    return this.#options.engine.streaming;
  }

  prepare(): void {
    this.#options.spotting.prepare();
    this.#options.engine.prepare?.();
  }

  open(request: RecognitionRequest): Recognition {
    const now = this.#now;
    if (now - this.#spoken < CALLED_MS && now - this.#called < MOST_MS) {
      this.#spoken = now;
      return this.#options.engine.open(request);
    }
    return this.#openAsleep(request);
  }

  #openAsleep({ onPartial, ...request }: RecognitionRequest): Recognition {
    const { engine, spotting } = this.#options;
    const waiting: Int16Array<ArrayBuffer>[] = [];
    const looked = Promise.withResolvers<void>();
    let recognition: Recognition | undefined;
    let named = (text: string) => text;
    const wake = () => {
      if (recognition !== undefined) return;
      const opened = engine.open({ ...request, onPartial: (text) => onPartial(named(text)) });
      recognition = opened;
      for (const samples of waiting.splice(0)) opened.push(samples);
    };
    const stream = spotting.open({
      spotted: () => {
        this.#called = this.#spoken = this.#now;
        named = (text) => this.#named(text);
        wake();
      },
      text: () => looked.resolve(),
      // Without it the words tell whether she was called.
      failed: () => {
        wake();
        looked.resolve();
      },
    });
    return {
      push: (samples) => {
        if (recognition !== undefined) return recognition.push(samples);
        waiting.push(samples);
        stream.push(samples);
      },
      finish: async () => {
        if (recognition === undefined) {
          stream.finish();
          await looked.promise;
        }
        return recognition === undefined ? "" : named(await recognition.finish());
      },
      [Symbol.dispose]: () => {
        stream[Symbol.dispose]();
        looked.resolve();
        recognition?.[Symbol.dispose]();
        waiting.length = 0;
      },
    };
  }

  /** What was understood, with the wake word before it: that it was said is known, however a recogniser writes it. */
  #named(text: string): string {
    const words = this.#options.wakeWords();
    return afterWakeWord(text, words) === undefined ? `${words[0]} ${text}`.trim() : text;
  }

  get #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
