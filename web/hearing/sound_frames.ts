/** Cuts the sound of a microphone into frames as the server takes them. */
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { Resampler } from "@/lib/resampler.ts";

/** Samples of a frame: 32 ms, which is what the server looks for voices in. */
export const FRAME_SAMPLES = 512;

/** Some sound of a microphone, 16 bit. */
export interface SoundFrame {
  /** Of its first sample, since the microphone was opened. */
  position: number;
  samples: Int16Array<ArrayBuffer>;
}

export class SoundFrames {
  readonly #resampler: Resampler;
  #samples = new Int16Array(FRAME_SAMPLES);
  #count = 0;
  #position = 0;

  /** @param rate samples a second of what comes */
  constructor(rate: number) {
    this.#resampler = new Resampler(rate, MICROPHONE_RATE);
  }

  /** The frames that have become full with some more sound, from -1 to 1. */
  push(input: Float32Array): SoundFrame[] {
    const full: SoundFrame[] = [];
    for (const sample of this.#resampler.push(input)) {
      this.#samples[this.#count++] = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
      if (this.#count < FRAME_SAMPLES) continue;
      full.push({ position: this.#position, samples: this.#samples });
      this.#position += FRAME_SAMPLES;
      this.#samples = new Int16Array(FRAME_SAMPLES);
      this.#count = 0;
    }
    return full;
  }
}

/** How loud it is, from 0 (-60 dB and less) to 1, as a meter shows it. */
export function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32768) ** 2;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.max(0, 1 + decibels / 60);
}
