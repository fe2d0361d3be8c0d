/** How the mouth moves with a sound whose engine does not tell: by how loud it is. */
import type { Viseme } from "@/lib/protocol/speech.ts";

/** Milliseconds that one viseme is made of. */
const WINDOW_MS = 20;
/** As loud as this, of full scale, the mouth is wide open. */
const LOUD = 0.2;
/** Softer than this is silence. */
const SILENT = 0.012;

/**
 * The track of a piece of a sound.
 *
 * @param startMs Milliseconds from the beginning of the sound to this piece, as times of the track count
 */
export function trackFromSound(samples: Int16Array, sampleRate: number, startMs: number): Viseme[] {
  const window = Math.max(1, Math.round(sampleRate * WINDOW_MS / 1000));
  const track: Viseme[] = [];
  for (let from = 0; from < samples.length; from += window) {
    const part = samples.subarray(from, from + window);
    const power = part.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / part.length;
    const loudness = Math.sqrt(power);
    const shape = loudness < SILENT ? "rest" : "a";
    const strength = shape === "rest" ? 0 : Math.min(1, loudness / LOUD);
    track.push({ at: startMs + from * 1000 / sampleRate, shape, strength });
  }
  return track;
}
