import { afterWakeWord } from "./wake/wake_word.ts";
import type { HearingMode, HearingServerFrame } from "@/lib/protocol/hearing.ts";

/** How soon two utterances follow one another that are one turn, ms: somebody has only drawn breath. */
const JOINED_MS = 2_500;
/** How long she listens without being called again once she was called by her name alone, ms. */
export const CALLED_MS = 10_000;

export interface SpokenPromptsOptions {
  /** What she is called by, now. */
  wakeWords(): readonly string[];
  send(frame: HearingServerFrame): void;
  /**
   * Asks what was said.
   *
   * @param turn the id that it gets
   * @param previous a turn that the words go on with, where nothing of its answer was said yet
   */
  ask(turn: string, text: string, previous?: string): Promise<void>;
  /** Begins the answer to what may be all that is said; what it gives drops that. Default: nobody does. */
  prepare?(turn: string, text: string): Promise<Disposable | undefined>;
  /** Milliseconds of a monotonic clock. */
  now?(): number;
}

/** Makes prompts of what one page says: what is for her, and which utterances belong together. */
export class SpokenPrompts {
  /** Of what is listened to now. */
  mode: HearingMode = "hold";
  /** Whether what is said is only shown: nothing of it is asked. */
  trial = false;
  readonly #options: SpokenPromptsOptions;
  /** What was asked last, and when. */
  #last: { turn: string; at: number } | undefined;
  /** What may be all of an utterance, for which an answer was begun. */
  #guess: { id: string; turn: string; text: string; begun: Promise<Disposable | undefined> } | undefined;
  /** Until then she was called already. */
  #calledUntil = -Infinity;

  constructor(options: SpokenPromptsOptions) {
    this.#options = options;
  }

  /** Tells the page of words that are still growing, where they are for her. */
  grow(id: string, text: string): void {
    const told = this.#forHer(text);
    if (told !== undefined) this.#options.send({ type: "transcript", id, text: told, final: false });
  }

  /** Begins the answer to what may be all of an utterance: its speaker has paused. */
  guess(id: string, text: string): void {
    const { prepare } = this.#options;
    const told = this.#forHer(text)?.trim() ?? "";
    if (prepare === undefined || this.trial || told === "" || this.#guess?.id === id && this.#guess.text === told) {
      return;
    }
    this.drop();
    const turn = crypto.randomUUID();
    const begun = prepare(turn, told);
    // Where it cannot be asked, that is told when it is.
    begun.catch(() => {});
    this.#guess = { id, turn, text: told, begun };
  }

  /** The speaker goes on: what was begun is dropped. */
  drop(): void {
    const guess = this.#guess;
    this.#guess = undefined;
    guess?.begun.then((early) => early?.[Symbol.dispose](), () => {});
  }

  /**
   * Asks what was said.
   *
   * @param began when somebody began to say it, by the clock
   */
  async end(id: string, text: string, began: number): Promise<void> {
    const { send, ask } = this.#options;
    if (this.trial) return send({ type: "transcript", id, text: text.trim(), final: true });
    const told = this.#forHer(text)?.trim() ?? "";
    if (told === "") {
      this.drop();
      // Called by her name alone: what follows is for her.
      if (text !== "" && this.#forHer(text) !== undefined) this.#calledUntil = this.#now + CALLED_MS;
      return send({ type: "transcript", id, text: "", final: true });
    }
    const last = this.#last;
    const previous = last !== undefined && began - last.at < JOINED_MS ? last.turn : undefined;
    const turn = this.#guess?.id === id ? this.#guess.turn : crypto.randomUUID();
    this.#guess = undefined;
    await ask(turn, told, previous);
    this.#last = { turn, at: this.#now };
    send({ type: "transcript", id, text: told, final: true, turn });
  }

  /** What is for her of a text; undefined where nothing is. */
  #forHer(text: string): string | undefined {
    if (this.mode !== "wake" || this.trial) return text;
    return afterWakeWord(text, this.#options.wakeWords()) ?? (this.#now < this.#calledUntil ? text : undefined);
  }

  get #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
