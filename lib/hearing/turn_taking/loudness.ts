/** How loud a sound is beside the voice and the silence before it. */

/** A voice is quiet, beside its loudest, below this share of the decibels from the noise to there. */
const QUIET_SHARE = 0.3;
/** Decibels a second by which what was loudest is forgotten, and what was softest. */
const FALL = 3;
const RISE = 3;
/** What is softer is silence everywhere, in dB of full scale. */
const SILENCE = -70;

/** Decibels of full scale. */
export function decibels(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return Math.max(SILENCE, 10 * Math.log10(sum / samples.length + 1e-12));
}

/** Knows the noise of a room and the voice of who speaks in it, and so hears a pause before voice activity does. */
export class Loudness {
  #loudest = SILENCE;
  #noise = 0;

  /** Whether a frame is quiet, as a pause between words is. */
  isQuiet(samples: Float32Array, speech: boolean, ms: number): boolean {
    const level = decibels(samples);
    this.#noise = Math.min(level, this.#noise + RISE * ms / 1000);
    this.#loudest -= FALL * ms / 1000;
    if (speech) this.#loudest = Math.max(this.#loudest, level);
    return level < this.#noise + QUIET_SHARE * (this.#loudest - this.#noise);
  }
}
