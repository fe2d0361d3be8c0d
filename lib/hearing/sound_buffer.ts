/** The newest sound of a stream, by its positions; what is older is forgotten. */
export class SoundBuffer {
  /** Samples by their position modulo its length. */
  readonly #ring: Int16Array<ArrayBuffer>;
  #end = 0;

  /** @param length of what is kept, in samples */
  constructor(length: number) {
    this.#ring = new Int16Array(length);
  }

  /** The position behind the newest sample. */
  get end(): number {
    return this.#end;
  }

  push(samples: Int16Array): void {
    const { length } = this.#ring;
    const kept = samples.subarray(Math.max(0, samples.length - length));
    let at = this.#end + samples.length - kept.length;
    for (const sample of kept) this.#ring[at++ % length] = sample;
    this.#end += samples.length;
  }

  /** What is kept from a position on. */
  from(position: number): Int16Array<ArrayBuffer> {
    const { length } = this.#ring;
    const begin = Math.max(0, position, this.#end - length);
    const samples = new Int16Array(Math.max(0, this.#end - begin));
    for (let index = 0; index < samples.length; index++) samples[index] = this.#ring[(begin + index) % length] ?? 0;
    return samples;
  }
}
