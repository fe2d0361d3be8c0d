import type { Recognition, RecognitionEngine } from "./engine.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";

/** Longest piece that is understood at once, in samples: whisper's models hear no more than 30 s. */
const LONGEST_PIECE = 28 * MICROPHONE_RATE;
/** Languages that are written without spaces between sentences. */
const NO_SPACE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。！？、，]$/u;

export interface UtteranceOptions {
  engine: Pick<RecognitionEngine, "open">;
  language?: string | undefined;
  /** What is understood has changed. */
  onChange(): void;
}

/** What somebody says in one go: pieces between pauses, each of which is understood by itself. */
export class Utterance implements Disposable {
  readonly id: string = crypto.randomUUID();
  readonly #options: UtteranceOptions;
  /** What is understood of each piece. */
  readonly #texts: string[] = [];
  readonly #recognitions = new Set<Recognition>();
  #current: { recognition: Recognition; piece: number; samples: number } | undefined;
  #finishing: Promise<unknown>[] = [];
  #unfinished = 0;

  constructor(options: UtteranceOptions) {
    this.#options = options;
  }

  /** True while somebody speaks. */
  get open(): boolean {
    return this.#current !== undefined;
  }

  /** True when all that was said has been understood. */
  get settled(): boolean {
    return this.#current === undefined && this.#unfinished === 0;
  }

  /** What is understood so far. */
  get text(): string {
    const pieces = this.#texts.map((text) => text.trim()).filter((text) => text !== "");
    return pieces.reduce((all, piece) => all === "" || NO_SPACE.test(all) ? all + piece : `${all} ${piece}`, "");
  }

  /** Somebody speaks, again. */
  begin(): void {
    const { engine, language, onChange } = this.#options;
    const piece = this.#texts.push("") - 1;
    const recognition = engine.open({
      language,
      onPartial: (text) => {
        this.#texts[piece] = text;
        onChange();
      },
    });
    this.#recognitions.add(recognition);
    this.#current = { recognition, piece, samples: 0 };
  }

  /** What is said next. */
  push(samples: Int16Array<ArrayBuffer>): void {
    if (this.#current === undefined) return;
    this.#current.recognition.push(samples);
    if ((this.#current.samples += samples.length) < LONGEST_PIECE) return;
    this.pause();
    this.begin();
  }

  /** Nobody speaks any more, for now. */
  pause(): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    this.#unfinished++;
    const finish = async () => {
      try {
        this.#texts[current.piece] = await current.recognition.finish();
      } finally {
        this.#unfinished--;
        this.#recognitions.delete(current.recognition);
        current.recognition[Symbol.dispose]();
        this.#options.onChange();
      }
    };
    const finished = finish();
    // What went wrong is for whoever waits for all of it.
    finished.catch(() => {});
    this.#finishing.push(finished);
  }

  /**
   * All that was said, once it is understood.
   *
   * @throws {HearingError} when a piece was not
   */
  async finish(): Promise<string> {
    this.pause();
    await Promise.all(this.#finishing);
    return this.text;
  }

  [Symbol.dispose](): void {
    this.#current = undefined;
    for (const recognition of this.#recognitions) recognition[Symbol.dispose]();
    this.#recognitions.clear();
  }
}
