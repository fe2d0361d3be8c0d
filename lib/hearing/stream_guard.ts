/** Keeps a page's microphone within what a microphone can be. */
import { HearingError } from "./engine.ts";
import { MICROPHONE_RATE, type MicrophoneSound } from "@/lib/protocol/hearing.ts";

/** Sound that may be missing without a word, in samples: it is silence then. */
const MOST_MISSING = 2 * MICROPHONE_RATE;
/** How far a stream may run ahead of the clock, in samples: a line that was stuck sends all at once. */
const MOST_AHEAD = 30 * MICROPHONE_RATE;
/** How fast it may come beyond that, as clocks of sound cards differ. */
const FASTEST = 1.1;
/** Frames that may come ahead of the clock, and how many a second then. */
const FRAMES_AHEAD = 3_000;
const FRAMES_A_SECOND = 200;
/** Loudness and likeness of neighbours of what is no sound, as of compressed or floating samples: no voice is so. */
const NOISE_LOUDNESS = 0.4;
const NOISE_LIKENESS = 0.3;

export class StreamGuard {
  readonly #now: () => number;
  readonly #since: number;
  #expected = 0;
  #frames = 0;
  /** Of what came since noise was looked for last. */
  #noise = { samples: 0, energy: 0, neighbours: 0 };

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /**
   * Checks a frame.
   *
   * @returns what of it is new, with silence in place of a little that is missing
   * @throws {HearingError} when it is nothing that a microphone could send
   */
  accept({ position, samples }: Pick<MicrophoneSound, "position" | "samples">): Int16Array<ArrayBuffer> {
    const seconds = (this.#now() - this.#since) / 1_000;
    if (++this.#frames > FRAMES_AHEAD + seconds * FRAMES_A_SECOND) {
      throw new HearingError(`The microphone's sound comes in ${this.#frames} pieces in ${seconds.toFixed(1)} s`);
    }
    const missing = position - this.#expected;
    if (missing > MOST_MISSING) {
      const [from, to] = [this.#expected, position].map((one) => (one / MICROPHONE_RATE).toFixed(1));
      throw new HearingError(`The microphone's sound jumped from ${from} s to ${to} s`);
    }
    const end = position + samples.length;
    if (end > MOST_AHEAD + seconds * MICROPHONE_RATE * FASTEST) {
      throw new HearingError("The microphone's sound comes faster than anybody can speak");
    }
    this.#refuseNoise(samples);
    // What was there already is left out, as where a page sends something twice.
    if (end <= this.#expected) return new Int16Array();
    this.#expected = end;
    if (missing <= 0) return missing === 0 ? samples : samples.slice(-missing);
    const filled = new Int16Array(missing + samples.length);
    filled.set(samples, missing);
    return filled;
  }

  /** @throws {HearingError} where a second of it is louder and rougher than any sound */
  #refuseNoise(samples: Int16Array): void {
    const noise = this.#noise;
    let before = samples[0] ?? 0;
    for (const sample of samples) {
      noise.energy += sample * sample;
      noise.neighbours += sample * before;
      before = sample;
    }
    noise.samples += samples.length;
    if (noise.samples < MICROPHONE_RATE) return;
    const loudness = Math.sqrt(noise.energy / noise.samples) / 32_768;
    const likeness = noise.neighbours / noise.energy;
    this.#noise = { samples: 0, energy: 0, neighbours: 0 };
    if (loudness < NOISE_LOUDNESS || Math.abs(likeness) > NOISE_LIKENESS) return;
    throw new HearingError("What comes from the microphone is no sound: it must be samples of 16 bit, not compressed");
  }
}
