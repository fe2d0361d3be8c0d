/** The newest sound of a stream, by its positions. */
export class SoundBuffer {
  /** What is kept; they end at `end`. */
  #parts: Int16Array<ArrayBuffer>[] = [];
  #end = 0;

  /** The position behind the newest sample. */
  get end(): number {
    return this.#end;
  }

  push(samples: Int16Array<ArrayBuffer>): void {
    this.#parts.push(samples);
    this.#end += samples.length;
  }

  /** What is kept from a position on, up to another one or the newest. */
  from(position: number, to = this.#end): Int16Array<ArrayBuffer> {
    const kept = this.#length;
    const begin = Math.max(position, this.#end - kept);
    const samples = new Int16Array(Math.max(0, this.#end - begin));
    let at = this.#end - kept;
    for (const part of this.#parts) {
      samples.set(part.subarray(Math.max(0, begin - at)), Math.max(0, at - begin));
      at += part.length;
    }
    return samples.subarray(0, Math.max(0, to - begin));
  }

  /** Keeps no part that lies before a position. */
  forget(position: number): void {
    let begin = this.#end - this.#length;
    let gone = 0;
    for (const { length } of this.#parts) {
      if (begin + length > position) break;
      begin += length;
      gone++;
    }
    this.#parts.splice(0, gone);
  }

  get #length(): number {
    return this.#parts.reduce((sum, { length }) => sum + length, 0);
  }
}
