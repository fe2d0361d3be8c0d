/** How the mouth moves with a sound: visemes by time. */
import type { Viseme } from "@/lib/protocol/speech.ts";
import { letterShape } from "@/web/presence/letter_shapes.ts";
import type { MouthPose } from "@/web/presence/presence.ts";

const REST: MouthPose = {};

/** How the mouth stands so many milliseconds into a sound, by its track. */
export function poseAt(track: readonly Viseme[], ms: number): MouthPose {
  const viseme = track.findLast(({ at }) => at <= ms);
  if (viseme === undefined || viseme.shape === "rest") return REST;
  return { [viseme.shape]: viseme.strength };
}

/**
 * A track by the rhythm of a text, for voices whose sound nobody sees.
 *
 * @param rate how fast it is said; 1 is usual
 */
export function trackFromText(text: string, rate = 1): { track: Viseme[]; ms: number } {
  const track: Viseme[] = [];
  let at = 0;
  for (const character of text) {
    const { shape, strength, ms } = letterShape(character);
    if (track.at(-1)?.shape !== shape) track.push({ at: at / rate, shape, strength });
    at += ms;
  }
  if (track.at(-1)?.shape !== "rest") track.push({ at: at / rate, shape: "rest", strength: 0 });
  return { track, ms: at / rate };
}
