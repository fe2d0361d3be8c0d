import { Resampler } from "@/lib/resampler.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import type { Sound } from "@/lib/voice/sound.ts";

/** She is heard so long after the last of her was given out, in samples, at the most: rooms and devices take their time. */
const AFTERMATH = 0.5 * MICROPHONE_RATE;
/** Usually no longer than this. */
const USUAL_AFTERMATH = 0.25 * MICROPHONE_RATE;
/** How much of a sound is brought to the microphone's rate at once, in seconds. */
const PIECE_SECONDS = 0.05;
/** What is older than this is not asked for any more, in samples. */
const KEPT = 2 * MICROPHONE_RATE;

/** What a loudspeaker gives out from a sample of the microphone's stream on. */
export interface Playback {
  position: number;
  /** Absent where it is silent. */
  played?: { turn: string; ms: number; sound: Sound | undefined };
}

/** What the loudspeaker beside a microphone gives out, by the samples of the microphone's stream. */
export class Loudspeaker {
  /** The newest last. */
  readonly #spans: { from: number; turn: string | undefined; read: ((count: number) => Float32Array) | undefined }[] =
    [];

  /** Takes what a page tells: it holds from its position on, until the next one is told. */
  tell({ position, played }: Playback): void {
    const last = this.#spans.at(-1);
    // Positions only grow; a page that tells otherwise is taken by its order.
    const from = Math.max(position, last?.from ?? 0);
    this.#spans.push({ from, turn: played?.turn, read: played?.sound && readerOf(played.sound, played.ms) });
  }

  /** What it gives out between two positions, each time behind the last one: -1 to 1, 0 where nothing is known. */
  given(from: number, to: number): Float32Array {
    const given = new Float32Array(to - from);
    for (const [index, span] of this.#spans.entries()) {
      const [begin, end] = [Math.max(from, span.from), Math.min(to, this.#spans[index + 1]?.from ?? Infinity)];
      if (begin < end && span.read !== undefined) given.set(span.read(end - begin), begin - from);
    }
    while ((this.#spans[1]?.from ?? Infinity) < from - KEPT) this.#spans.shift();
    return given;
  }

  /** The turn of which something may be heard at a position. */
  turnAt(position: number): string | undefined {
    return this.#spanAt(position, AFTERMATH)?.turn;
  }

  /** The turn of which something may be heard at a position whose sound nobody has: a voice of the browser says it. */
  unknownTurnAt(position: number): string | undefined {
    const span = this.#spanAt(position, AFTERMATH);
    return span?.read === undefined ? span?.turn : undefined;
  }

  /** Whether a voice that begins at a position may well be hers. */
  explains(position: number): boolean {
    return this.#spanAt(position, USUAL_AFTERMATH) !== undefined;
  }

  #spanAt(position: number, aftermath: number) {
    return this.#spans.findLast(({ from, turn }, index) => {
      const until = (this.#spans[index + 1]?.from ?? Infinity) + aftermath;
      return turn !== undefined && from <= position && position < until;
    });
  }
}

/** Reads a sound at the microphone's rate, from a millisecond on; zeros where there is nothing, or nothing yet. */
function readerOf(sound: Sound, ms: number): (count: number) => Float32Array {
  let resampler: Resampler | undefined;
  let next = 0;
  let ready = new Float32Array(0);
  return (count) => {
    const rate = sound.sampleRate;
    if (rate !== undefined && resampler === undefined) {
      resampler = new Resampler(rate, MICROPHONE_RATE);
      next = Math.round(ms * rate / 1_000);
    }
    while (ready.length < count && resampler !== undefined && rate !== undefined) {
      const samples = sound.samples(next, Math.ceil(rate * PIECE_SECONDS));
      if (samples.length === 0) break;
      next += samples.length;
      ready = Float32Array.of(...ready, ...resampler.push(samples));
    }
    const given = new Float32Array(count);
    given.set(ready.subarray(0, count));
    ready = ready.slice(count);
    return given;
  };
}
