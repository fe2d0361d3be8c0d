/** The bench's table of mouths. */
import { MouthView, offsets, shownShare, type TimedFrame, vowelsOf } from "./mouth_measures.ts";
import { median, percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";
import type { MouthModel } from "@/web/live2d/mouth_models_fixture.ts";

/** Milliseconds, and a share. */
const WANTED = { median: 20, most: 45, drift: 10, vowels: 0.9 };
const HEAD = ["model", "frames/s", "offset ms", "95 % ms", "drift ms", "vowels %", "edges"];
const MINUTE = 60_000;

/** What was seen of a model's mouth. */
export interface SeenMouth {
  model: MouthModel;
  fps: number;
  /** By the loudspeaker's time, ms. */
  frames: readonly TimedFrame[];
}

/**
 * A row for each mouth, and whether all of them are as wanted.
 *
 * @param track what was to be seen, by the loudspeaker's time, ms
 * @param hasDrift whether it was long enough to compare its last minute with its first
 */
export function mouthTable(
  mouths: readonly SeenMouth[],
  track: readonly Viseme[],
  hasDrift: boolean,
): { table: string; ok: boolean } {
  let ok = true;
  const rows = mouths.map(({ model, fps, frames }) => {
    const view = new MouthView(model);
    const late = offsets(view, track, frames);
    const shown = shownShare(view, vowelsOf(track), frames);
    const middle = median(late);
    const most = percentile(late.map(Math.abs).sort((a, b) => a - b), 0.95);
    const within = (from: number, to: number) => {
      const part = <T extends { at: number }>(list: readonly T[]) => list.filter(({ at }) => at >= from && at < to);
      return median(offsets(view, part(track), part(frames)));
    };
    const [begin, end] = [frames[0]?.at ?? 0, frames.at(-1)?.at ?? 0];
    const drift = hasDrift ? within(end - MINUTE, end) - within(begin, begin + MINUTE) : NaN;
    ok &&= Math.abs(middle) <= WANTED.median && most <= WANTED.most && shown >= WANTED.vowels &&
      !(Math.abs(drift) > WANTED.drift);
    const ms = (value: number) => Number.isNaN(value) ? "" : value.toFixed(1);
    return [model.name, String(fps), ms(middle), ms(most), ms(drift), (100 * shown).toFixed(1), String(late.length)];
  });
  return { table: aligned([HEAD, ...rows]), ok };
}
