/** How loud each band of frequencies is, moment by moment. */
import { RealFourier } from "@/lib/fourier.ts";

/** Samples from one moment to the next, and those that each looks at: 16 and 32 ms at 16 kHz. */
export const HOP = 256;
const WINDOW = 512;
export const BANDS = 20;
/** Where they lie, in Hz, each as wide to the ear as the others. */
const LOWEST = 150;
const HIGHEST = 7000;
const SAMPLE_RATE = 16_000;

const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
const hertz = (mels: number) => 700 * (Math.exp(mels / 1127) - 1);
/** The first bin of each band, and the end of the last. */
const EDGES = Array.from(
  { length: BANDS + 1 },
  (_, band) => Math.round(hertz(mel(LOWEST) + (mel(HIGHEST) - mel(LOWEST)) * band / BANDS) * WINDOW / SAMPLE_RATE),
);
const HANN = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / WINDOW));

/** Cuts sound of 16 kHz into moments, however it comes. */
export class Bands {
  readonly #transform = new RealFourier(WINDOW);
  readonly #powers = new Float64Array(EDGES[BANDS]!);
  readonly #recent = new Float32Array(WINDOW);
  #filled = 0;

  /** Mean power of each band in the moments that are complete by now, of full scale. */
  push(samples: Float32Array): Float32Array[] {
    const moments: Float32Array[] = [];
    for (let from = 0; from < samples.length;) {
      const part = samples.subarray(from, from + HOP - this.#filled);
      from += part.length;
      this.#recent.copyWithin(0, part.length);
      this.#recent.set(part, WINDOW - part.length);
      this.#filled += part.length;
      if (this.#filled < HOP) break;
      this.#filled = 0;
      moments.push(this.#moment());
    }
    return moments;
  }

  #moment(): Float32Array {
    for (let i = 0; i < WINDOW; i++) this.#transform.input[i] = HANN[i]! * this.#recent[i]!;
    this.#transform.powers(this.#powers);
    return Float32Array.from({ length: BANDS }, (_, band) => {
      const [from, to] = [EDGES[band]!, EDGES[band + 1]!];
      let sum = 0;
      for (let bin = from; bin < to; bin++) sum += this.#powers[bin]!;
      return sum / (to - from) / (WINDOW * WINDOW / 8);
    });
  }
}
