/** When somebody has finished, and does not only think: by words and voice, on the clock of the samples. */
import type { Ending } from "./ending.ts";
import { endingOf } from "./endings.ts";
import { Loudness } from "./loudness.ts";
import { type Cadence, Melody } from "./melody.ts";

/** Lengths of silence after which a turn is over, in ms, for a patience of 1. */
const SILENCES = { short: 350, middle: 640, long: 1700 } as const;
/**
 * Silence after which an answer may be begun, ms, by what length is waited for: shorter ones are within words. Where more
 * must come, only shortly before the end.
 */
const EARLY = { short: 90, middle: 190, long: 1400 } as const;
/** What is shorter than this altogether is no turn, ms: a click, a breath. */
const SHORTEST_MS = 100;

/**
 * What a frame has brought. `pause`: the answer may be begun, and held back. `resume`: the speaker goes on after a
 * `pause`, and what was begun is dropped. `end`: the turn is over, and the next one begins with the next speech.
 */
export type TurnEvent = "pause" | "resume" | "end";

export interface EndOfTurnOptions {
  /** Scales the lengths of silence: 0.5 to 2. Default: 1 */
  patience?: number;
  sampleRate?: number;
}

/**
 * Follows the turns of one speaker.
 *
 * ```ts
 * const turns = new EndOfTurn({ patience: 1 });
 * turns.words("I would like to");
 * const event = turns.frame(samples, vad.speech(samples));
 * if (event === "end") answer();
 * ```
 */
export class EndOfTurn {
  readonly #sampleRate: number;
  readonly #melody: Melody;
  readonly #loudness = new Loudness();
  /** Scales the lengths of silence. */
  patience: number;
  #words: string | undefined;
  #ending: Ending = "unclear";
  #speechMs = 0;
  #silentMs = 0;
  #paused = false;

  constructor({ patience = 1, sampleRate = 16_000 }: EndOfTurnOptions = {}) {
    this.patience = patience;
    this.#sampleRate = sampleRate;
    this.#melody = new Melody(sampleRate);
  }

  /** What was understood of this turn so far; also in the silence behind it. */
  words(text: string): void {
    this.#words = text;
    this.#ending = endingOf(text);
  }

  /**
   * The next sound of the microphone.
   *
   * @param samples from -1 to 1; a frame as long as voice activity is told for, 10 to 40 ms
   * @param speech whether somebody speaks in it
   */
  frame(samples: Float32Array, speech: boolean): TurnEvent | undefined {
    const ms = samples.length * 1000 / this.#sampleRate;
    this.#melody.frame(samples, speech);
    const quiet = this.#loudness.isQuiet(samples, speech, ms);
    if (speech && !quiet) {
      const resumed = this.#paused;
      [this.#speechMs, this.#silentMs, this.#paused] = [this.#speechMs + ms, 0, false];
      return resumed ? "resume" : undefined;
    }
    if (this.#speechMs === 0) return undefined;
    this.#silentMs += ms;
    // The voice may only have become soft.
    if (!speech && this.#silentMs >= this.silenceMs) {
      const isTurn = this.#speechMs >= SHORTEST_MS;
      this.reset();
      return isTurn ? "end" : undefined;
    }
    if (this.#paused || this.#speechMs < SHORTEST_MS || this.#silentMs < EARLY[this.#length] * this.patience) {
      return undefined;
    }
    this.#paused = true;
    return "pause";
  }

  /** How long the silence must be for the turn to be over, if the speaker has just fallen silent. ms */
  get silenceMs(): number {
    return SILENCES[this.#length] * this.patience;
  }

  /** Forgets the turn, as when it was ended otherwise. The speaker's voice stays known. */
  reset(): void {
    this.#words = undefined;
    this.#ending = "unclear";
    [this.#speechMs, this.#silentMs, this.#paused] = [0, 0, false];
  }

  get #length(): Length {
    const { cadence } = this.#melody;
    return this.#words === undefined ? lengthOfVoice(cadence) : lengthOf(this.#ending, cadence);
  }
}

type Length = keyof typeof SILENCES;

function lengthOf(ending: Ending, cadence: Cadence): Length {
  if (ending === "open") return "long";
  const ended = cadence === "final" || cadence === "asking";
  if (ending === "complete") return ended || cadence === "unknown" ? "short" : "middle";
  return ended ? "middle" : "long";
}

function lengthOfVoice(cadence: Cadence): Length {
  return cadence === "final" || cadence === "asking" ? "middle" : "long";
}
