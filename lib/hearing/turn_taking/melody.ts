/** How a voice ends: whether its pitch has come down to where this speaker's sentences end, or hangs in the air. */
import { pitchOf, pitchSamples } from "./pitch.ts";

/** `final`: as at the end of a sentence. `asking`: it has risen far, as in a question. `level`: neither. */
export type Cadence = "final" | "asking" | "level" | "unknown";

/** Milliseconds from one look at the pitch to the next. */
const HOP_MS = 16;
/** A moment that repeats itself less is no vowel. */
const CLEAR = 0.7;
/** Moments of voice at the end that are compared with those before, and as many as must be there before. */
const LAST = 6;
const BEFORE = 10;
/** Moments of voice that are remembered of a speaker, over the turns: about half a minute. */
const REMEMBERED = 800;
/** The tenth part of a voice that is lowest is where its sentences end. */
const LOW_SHARE = 0.1;
/** Semitones above that within which a voice counts as low, and how far it has come down at the least. */
const LOW_MARGIN = 0;
const FALL = 0.8;
/** Semitones above the middle of a voice from which it asks. */
const RISE = 4;

/** Listens to a speaker's pitch. Fed with all that is heard while there is voice. */
export class Melody {
  readonly #sampleRate: number;
  readonly #hop: number;
  readonly #recent: Float32Array;
  #sinceLook = 0;
  /** Pitch of each clear moment, in semitones, the newest last. */
  readonly #voiced: number[] = [];

  constructor(sampleRate = 16_000) {
    this.#sampleRate = sampleRate;
    this.#hop = Math.round(sampleRate * HOP_MS / 1000);
    this.#recent = new Float32Array(pitchSamples(sampleRate));
  }

  /**
   * @param samples from -1 to 1
   * @param speech whether somebody speaks: the pitch of other sounds tells nothing
   */
  frame(samples: Float32Array, speech: boolean): void {
    for (let from = 0; from < samples.length;) {
      const part = samples.subarray(from, from + this.#hop - this.#sinceLook);
      from += part.length;
      this.#recent.copyWithin(0, part.length);
      this.#recent.set(part, this.#recent.length - part.length);
      this.#sinceLook += part.length;
      if (this.#sinceLook < this.#hop) return;
      this.#sinceLook = 0;
      if (speech) this.#look();
    }
  }

  /** How the voice has ended, if it is not heard any more. */
  get cadence(): Cadence {
    const count = this.#voiced.length;
    if (count < LAST + BEFORE) return "unknown";
    const last = middle(this.#voiced.slice(-LAST));
    const before = this.#voiced.slice(0, -LAST).sort((a, b) => a - b);
    const usual = before[before.length >> 1]!;
    if (last > usual + RISE) return "asking";
    const low = before[Math.floor(LOW_SHARE * before.length)]!;
    return last < low + LOW_MARGIN && last < usual - FALL ? "final" : "level";
  }

  #look(): void {
    const { hz, clarity } = pitchOf(this.#recent, this.#sampleRate);
    if (hz === 0 || clarity < CLEAR) return;
    this.#voiced.push(12 * Math.log2(hz));
    if (this.#voiced.length > REMEMBERED) this.#voiced.splice(0, this.#voiced.length - REMEMBERED);
  }
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
