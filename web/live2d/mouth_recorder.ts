import type { MouthPose } from "@/web/presence/presence.ts";

/** How the mouth was to stand in a frame, and how it stood. */
export interface MouthFrame {
  /** Milliseconds by `performance.now()`. */
  at: number;
  /** The loudspeaker's time, in milliseconds; null where no voice tells it. */
  playhead: number | null;
  wanted: MouthPose;
  /** Values of the model's parameters, by id. */
  applied: Readonly<Record<string, number>>;
}

/** Ten minutes at 60 frames a second. */
const MOST_FRAMES = 36_000;

/** Notes frame by frame how well the mouth keeps to the voice; the oldest frames go when there are too many. */
export class MouthRecorder {
  readonly frames: MouthFrame[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(frame: Omit<MouthFrame, "at">): void {
    if (this.frames.length >= MOST_FRAMES) this.frames.shift();
    this.frames.push({ at: this.#now(), ...frame });
  }
}

/** For developers: with `?record=mouth` in its address, the page keeps what is recorded in `mouthRecord`. */
export function recorderFor(address: URL): MouthRecorder | null {
  if (address.searchParams.get("record") !== "mouth") return null;
  const recorder = new MouthRecorder();
  Object.assign(globalThis, { mouthRecord: recorder.frames });
  return recorder;
}
