/** A sound while it is made, and afterwards. */
import { type SoundPart, VoiceError } from "./engine.ts";
import { WAV_HEADER_BYTES, wavHeader } from "./wav_header.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";

const LOWEST_RATE = 4_000;
const HIGHEST_RATE = 192_000;
/** No sentence takes longer, in seconds: who goes on has lost its way. */
const LONGEST = 180;

/** Whoever reads it gets all of it from the beginning, at a speed of their own, and costs no memory beside it. */
export class Sound {
  readonly id: string;
  /** Id of the engine that makes it. */
  readonly engine: string;
  /** How the mouth moves with it, where the engine knows. */
  visemes: Viseme[] | undefined;
  /** How long it lasts, in milliseconds, where that is known before it is made. */
  expectedMs: number | undefined;
  readonly #parts: Int16Array<ArrayBuffer>[] = [];
  readonly #readers = new Set<() => void>();
  #sampleRate: number | undefined;
  #bytes = 0;
  #ended = false;

  /** @param id nobody can guess it; given where it is a copy. Default: a new one */
  constructor(engine: string, id: string = crypto.randomUUID()) {
    this.engine = engine;
    this.id = id;
  }

  /** Samples a second; undefined until there are some. */
  get sampleRate(): number | undefined {
    return this.#sampleRate;
  }

  /** Samples of it that there are, from a place on, no more than `most`. */
  samples(from: number, most: number): Int16Array<ArrayBuffer> {
    const found = new Int16Array(Math.max(0, Math.min(most, this.#bytes / 2 - from)));
    let at = 0;
    for (const part of this.#parts) {
      if (at >= from + found.length) break;
      const piece = part.subarray(Math.max(0, from - at), from + found.length - at);
      if (at + part.length > from) found.set(piece, Math.max(0, at - from));
      at += part.length;
    }
    return found;
  }

  /** Bytes of samples so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True once nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How long it lasts, in milliseconds; undefined while that is not known. */
  get ms(): number | undefined {
    return this.#ended && this.#sampleRate !== undefined ? this.#seconds * 1_000 : this.expectedMs;
  }

  /** @throws {VoiceError} when the part is none, or is not of the same sound */
  add({ samples, sampleRate }: SoundPart): void {
    if (!(samples instanceof Int16Array)) throw new VoiceError("The voice gave something that is no sound");
    if (!Number.isInteger(sampleRate) || sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
      throw new VoiceError(`The voice gave sound of ${sampleRate} samples a second, which cannot be played`);
    }
    this.#sampleRate ??= sampleRate;
    if (sampleRate !== this.#sampleRate) {
      throw new VoiceError(
        `The voice went from ${this.#sampleRate} to ${sampleRate} samples a second within a sentence`,
      );
    }
    if (samples.length === 0) return;
    // A view of a part of much more would keep all of it.
    this.#parts.push(samples.byteLength < samples.buffer.byteLength ? samples.slice() : samples);
    this.#bytes += samples.byteLength;
    this.#wake();
    if (this.#seconds > LONGEST) throw new VoiceError(`The voice went on for more than ${LONGEST} s within a sentence`);
  }

  /** Nothing more will come: readers come to the end of what there is. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Resolves once it has samples beyond the first so many, or will have none. */
  async begun(beyond = 0): Promise<void> {
    while (this.#bytes / 2 <= beyond && !this.#ended) await new Promise<void>((resolve) => this.#readers.add(resolve));
  }

  /** Length of the WAV file that {@linkcode wav} gives, in bytes; undefined while it is being made. */
  get wavBytes(): number | undefined {
    return this.#ended ? WAV_HEADER_BYTES + this.#bytes : undefined;
  }

  /** It as a WAV file that grows as it is made. To be called once it has {@linkcode begun}. */
  wav(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const header = wavHeader(this.#sampleRate ?? LOWEST_RATE, this.#ended ? this.#bytes : undefined);
    let next = 0;
    let waiting: (() => void) | undefined;
    return new ReadableStream({
      start: (controller) => controller.enqueue(header),
      pull: async (controller) => {
        while (next === this.#parts.length && !this.#ended) {
          await new Promise<void>((resolve) => this.#readers.add(waiting = resolve));
        }
        const part = this.#parts[next++];
        if (part === undefined) controller.close();
        else controller.enqueue(new Uint8Array(part.buffer));
      },
      cancel: () => {
        if (waiting !== undefined) this.#readers.delete(waiting);
      },
    }, { highWaterMark: 0 });
  }

  get #seconds(): number {
    return this.#bytes / 2 / (this.#sampleRate ?? LOWEST_RATE);
  }

  #wake(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const read of readers) read();
  }
}
