/** What is asked of a mouth: whether it is on time, and whether it shows what is said. */
import { type MouthTarget, mouthTargets } from "@/web/live2d/mouth_targets.ts";
import type { MouthModel } from "@/web/live2d/mouth_models_fixture.ts";
import { standardRig } from "@/web/live2d/standard_rig_fixture.ts";
import type { MouthFrame } from "@/web/live2d/mouth_recorder.ts";
import type { MouthShapeName, Viseme } from "@/lib/protocol/speech.ts";

const VOWELS = ["a", "i", "u", "e", "o"] as const;
type Vowel = typeof VOWELS[number];

/** Only what is clearly wanted is looked at: the weakest vowels of unstressed syllables are shown by nobody. */
const LEAST_STRENGTH = 0.4;
/** Milliseconds that a vowel has to last, to be looked at in its middle. */
const SHORTEST_VOWEL = 40;
/** Milliseconds around an edge in which the mouth has to follow it. */
const NEAR = 150;
/** Milliseconds by which a whole movement may be shifted. */
const FARTHEST = 500;
/** What counts as an edge: so much more or less is wanted of the opening. */
const EDGE = 0.3;

/** A frame with the time that the loudspeaker was at. */
export type TimedFrame = Pick<MouthFrame, "applied"> & { at: number };

/** A frame with when the next one takes its place. */
export type SeenFrame = TimedFrame & { until: number };

/** A vowel that is to be seen. */
export interface WantedVowel {
  from: number;
  to: number;
  shape: Vowel;
  strength: number;
}

/** The vowels of a track that last long enough and are strong enough to be seen. */
export function vowelsOf(track: readonly Viseme[]): WantedVowel[] {
  return track.flatMap(({ at, shape, strength }, place) => {
    const to = track[place + 1]?.at ?? at;
    const vowel = VOWELS.find((one) => one === shape);
    return vowel === undefined || strength < LEAST_STRENGTH || to - at < SHORTEST_VOWEL
      ? []
      : [{ from: at, to, shape: vowel, strength }];
  });
}

/** A model's mouth, to be asked what a frame shows of it. */
export class MouthView {
  readonly #targets: readonly MouthTarget[];
  readonly #initial: ReadonlyMap<string, number>;
  readonly #spans: ReadonlyMap<string, number>;

  constructor({ ranges, lipSync, motionSync = null }: MouthModel) {
    const rig = standardRig(ranges);
    this.#targets = mouthTargets(rig, lipSync, motionSync);
    const ranged = this.#targets.map(({ id, index }) => [id, rig.range(index)] as const);
    this.#initial = new Map(ranged.map(([id, { initial }]) => [id, initial]));
    this.#spans = new Map(ranged.map(([id, { min, max }]) => [id, max - min]));
  }

  /** How the model stands in a pose, in shares of each parameter's range from where it rests. */
  #stand(shape: MouthShapeName, strength: number): number[] {
    return this.#targets.map(({ id, values, weights }) => {
      const initial = this.#initial.get(id) ?? 0;
      return strength * (weights[shape] * (values[shape] - initial) - weights.rest * (values.rest - initial)) /
        (this.#spans.get(id) ?? 1);
    });
  }

  #stood({ applied }: TimedFrame): number[] {
    return this.#targets.map(({ id, values, weights }) => {
      const initial = this.#initial.get(id) ?? 0;
      const rest = initial + weights.rest * (values.rest - initial);
      return ((applied[id] ?? 0) - rest) / (this.#spans.get(id) ?? 1);
    });
  }

  /** How far a shape opens the mouth in this model. */
  opening(shape: MouthShapeName, strength: number): number {
    return length(this.#stand(shape, strength));
  }

  opened(frame: TimedFrame): number {
    return length(this.#stood(frame));
  }

  /**
   * Whether a frame shows the vowel: no other one, made as much as fits best, is more like it. Two vowels that this
   * model cannot tell apart count as one, and where all are one opening, it is that which has to be right.
   */
  shows(frame: TimedFrame, { shape, strength }: WantedVowel): boolean {
    const stood = this.#stood(frame);
    if (this.#targets.length === 1) return Math.abs(length(stood) - this.opening(shape, strength)) < 0.15;
    const likeness = (vowel: Vowel) => cosine(stood, this.#stand(vowel, 1));
    const own = likeness(shape);
    return own > 0 && VOWELS.every((vowel) => likeness(vowel) <= own + 1e-6);
  }
}

/**
 * How late the mouth opens and closes, ms, negative where it is early: from when half of the way to another opening is
 * wanted until half of it is seen. A frame is seen until the next one.
 */
export function offsets(view: MouthView, track: readonly Viseme[], frames: readonly TimedFrame[]): number[] {
  const found: number[] = [];
  track.forEach(({ at, shape, strength }, place) => {
    const before = track[place - 1];
    const after = track[place + 1];
    if (before === undefined || after === undefined) return;
    // An edge that is followed too soon by another one cannot be told from it.
    if (at - before.at < SHORTEST_VOWEL * 1.5 || after.at - at < SHORTEST_VOWEL * 1.5) return;
    const [from, to] = [view.opening(before.shape, before.strength), view.opening(shape, strength)];
    // Of two shapes that need different parameters the way from one to the other is not a matter of more or less.
    const isOpening = before.shape === "rest" || before.shape === "closed" || before.shape === "narrow";
    const isClosing = shape === "rest" || shape === "closed" || shape === "narrow";
    if (isOpening === isClosing || Math.abs(to - from) < EDGE) return;
    const half = (from + to) / 2;
    const beyond = (frame: TimedFrame) => to > from ? view.opened(frame) >= half : view.opened(frame) <= half;
    const start = Math.max(at - NEAR, (before.at + at) / 2);
    const near = frames.filter((frame) => frame.at >= start && frame.at <= Math.min(at + NEAR, after.at));
    const first = near.findIndex(beyond);
    if (first >= 0) found.push(near[first]!.at - at);
  });
  return found;
}

/**
 * By how much all of the movement is late, ms: the shift within {@linkcode FARTHEST} by which what was seen is most like
 * what was wanted. It needs no more frames than there are, and finds what is too late for any edge to be told by.
 */
export function lag(view: MouthView, track: readonly Viseme[], frames: readonly SeenFrame[]): number {
  const seen = frames.map((frame) => ({ middle: (frame.at + frame.until) / 2, opened: view.opened(frame) }));
  const wantedAt = (ms: number) => {
    const viseme = track.findLast(({ at }) => at <= ms);
    return viseme === undefined ? 0 : view.opening(viseme.shape, viseme.strength);
  };
  let best = { late: NaN, miss: Infinity };
  for (let late = -FARTHEST; late <= FARTHEST; late += 5) {
    const miss = seen.reduce((sum, { middle, opened }) => sum + Math.abs(opened - wantedAt(middle - late)), 0);
    if (miss < best.miss) best = { late, miss };
  }
  return best.late;
}

/** Share of the vowels that are shown in their middle. */
export function shownShare(view: MouthView, vowels: readonly WantedVowel[], frames: readonly TimedFrame[]): number {
  const shown = vowels.filter((vowel) => {
    const middle = (vowel.from + vowel.to) / 2;
    const frame = frames.findLast(({ at }) => at <= middle);
    return frame !== undefined && view.shows(frame, vowel);
  });
  return shown.length / vowels.length;
}

function length(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, one) => sum + one * one, 0));
}

function cosine(one: readonly number[], other: readonly number[]): number {
  const product = one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
  return product / (length(one) * length(other) || 1);
}
