/**
 * Brings sound to the rate of the loudspeaker as it comes. Browsers do so for each buffer alone, which is heard where
 * buffers meet; here the curve goes on from one piece to the next, so that any cut gives the same samples.
 */
export class Resampler {
  /** Input samples for one output sample. */
  readonly #step: number;
  /** The last input samples, of which the curve needs one before and two after a place. */
  #kept: Float32Array = new Float32Array(1);
  /** Where the next output sample lies in what is kept, from 1 on. */
  #place = 1;

  constructor(from: number, to: number) {
    this.#step = from / to;
  }

  /**
   * Output samples that the input so far gives, from -1 to 1.
   *
   * @param samples 16 bit, or from -1 to 1 already
   */
  push(samples: Int16Array | Float32Array): Float32Array<ArrayBuffer> {
    const unit = samples instanceof Int16Array ? 1 / 32768 : 1;
    const input = new Float32Array(this.#kept.length + samples.length);
    input.set(this.#kept);
    for (let i = 0; i < samples.length; i++) input[this.#kept.length + i] = samples[i]! * unit;
    const count = Math.max(0, Math.ceil((input.length - 2 - this.#place) / this.#step));
    const output = new Float32Array(count);
    for (let i = 0; i < count; i++) output[i] = curve(input, this.#place + i * this.#step);
    this.#place += count * this.#step;
    const used = Math.min(Math.floor(this.#place) - 1, input.length);
    this.#kept = input.slice(used);
    this.#place -= used;
    return output;
  }

  /** The last output samples: nothing more comes. */
  end(): Float32Array<ArrayBuffer> {
    return this.push(new Int16Array(2));
  }
}

/** Catmull and Rom's curve through the samples around a place. */
function curve(samples: Float32Array, place: number): number {
  const at = Math.floor(place);
  const t = place - at;
  const [a, b, c, d] = [samples[at - 1]!, samples[at]!, samples[at + 1]!, samples[at + 2]!];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
