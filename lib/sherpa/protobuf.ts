/** Reads protobuf, as far as models are written in it. */

/** How a field is written. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;
/** Longest number, in bytes. */
export const LONGEST_VARINT = 10;

/** Reads numbers, texts and messages one after the other. What is not there, or not so, is undefined. */
export class ProtobufReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Undefined where there is no number; infinite where it is none that a file could be long, such as a negative one. */
  varint(): number | undefined {
    let value = 0;
    for (let shift = 0; shift < LONGEST_VARINT; shift++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) return undefined;
      value += (byte & 127) * 128 ** shift;
      if (byte < 128) return Number.isSafeInteger(value) ? value : Infinity;
    }
    return undefined;
  }

  bytes(length: number): Uint8Array | undefined {
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return bytes.length === length ? bytes : undefined;
  }

  text(length: number): string | undefined {
    const bytes = this.bytes(length);
    return bytes && new TextDecoder().decode(bytes);
  }
}
