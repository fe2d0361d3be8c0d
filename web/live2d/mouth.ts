import { approach, mix } from "./easing.ts";
import type { MotionSync } from "./motion_sync.ts";
import type { MouthRecorder } from "./mouth_recorder.ts";
import { type MouthTarget, mouthTargets } from "./mouth_targets.ts";
import type { Layer, Rig, Step } from "./rig.ts";
import { forShapes } from "./shape_values.ts";
import { SilentSpeech } from "./silent_speech.ts";
import type { MouthPose, MouthPoseSource } from "@/web/presence/presence.ts";
import { MOUTH_SHAPES, type MouthShapeName } from "@/lib/protocol/speech.ts";

/** With text a mouth opens faster than it closes: seconds for 63 % of the way. */
const ATTACK = 0.035;
const RELEASE = 0.09;
/** The same with a voice, whose movement is smooth before it comes here. */
const VOICE = 0.015;
/** Seconds in which the mouth goes back to what the motion wants, once nothing is said. */
const YIELD = 0.25;

/**
 * Lips glide from shape to shape, and begin before the sound: a pose is the mean of what is wanted around its time,
 * which is smooth and yet neither late nor early. Milliseconds from that time, and weights (a raised cosine).
 */
const GLIDE = [-30, -20, -10, 0, 10, 20, 30].map((ms) => ({ ms, weight: (1 + Math.cos(Math.PI * ms / 40)) / 8 }));

type Shares = Record<MouthShapeName, number>;

/** Moves the mouth with a voice, or with streamed text where nothing is heard. Comes after everything else. */
export class Mouth implements Layer {
  /** Tells the pose, while something is said aloud. */
  source: MouthPoseSource | null = null;
  recorder: MouthRecorder | null = null;
  readonly #ids: readonly string[];
  readonly #motionSync: MotionSync | null;
  /** What moves the mouth, once there is a rig to look in. */
  #targets: readonly MouthTarget[] | undefined;
  readonly #text = new SilentSpeech();
  readonly #pose: Shares = noShares();
  /** How much the mouth belongs to speech: 1 while speaking, 0 when the model's motions have it. */
  #hold = 0;

  /** @param ids The model's own parameters for lip sync */
  constructor(ids: readonly string[], motionSync: MotionSync | null = null) {
    this.#ids = ids;
    this.#motionSync = motionSync;
  }

  /** Follows the text of a turn as it grows; null when no more will come. Another turn starts afresh. */
  setText(turn: string, text: string | null): void {
    this.#text.feed(turn, text);
  }

  apply(rig: Rig, { real }: Step): void {
    const { source } = this;
    // What is said aloud is not to be said once more when the voice has ended.
    const open = this.#text.next(real);
    if (source !== null) this.#follow(source, real);
    else {
      for (const shape of MOUTH_SHAPES) {
        const wanted = shape === "a" ? open ?? 0 : 0;
        const closing = open === null ? ATTACK : RELEASE;
        this.#pose[shape] = approach(this.#pose[shape], wanted, wanted > this.#pose[shape] ? ATTACK : closing, real);
      }
    }
    const said = source !== null || open !== null;
    this.#hold = approach(this.#hold, said ? 1 : 0, source !== null ? VOICE : said ? ATTACK : YIELD, real);
    if (this.#hold < 0.01) return;
    this.#targets ??= mouthTargets(rig, this.#ids, this.#motionSync);
    for (const target of this.#targets) {
      const now = rig.get(target.index);
      rig.set(target.index, mix(now, valueFor(target, this.#pose, now), this.#hold));
    }
    this.recorder?.add({
      playhead: source?.playhead?.() ?? null,
      wanted: source?.() ?? (open === null ? {} : { a: open }),
      applied: Object.fromEntries(this.#targets.map(({ id, index }) => [id, rig.get(index)])),
    });
  }

  #follow(source: MouthPoseSource, real: number): void {
    const tau = this.#motionSync?.tau ?? VOICE;
    const wanted = glide(source, aheadOf(real, tau) * 1000);
    if (this.#motionSync !== null) sharpen(wanted, this.#motionSync.blendRatio);
    for (const shape of MOUTH_SHAPES) this.#pose[shape] = approach(this.#pose[shape], wanted[shape], tau, real);
  }
}

/**
 * How far ahead the pose is to be looked at so that what is seen is on time: by the delay of a first-order filter that
 * runs once a frame, and by half of the time that the frame will be seen. Seconds.
 */
function aheadOf(frame: number, tau: number): number {
  const half = Math.min(frame, 0.1) / 2;
  return half < 1e-4 ? tau : half / Math.tanh(half / tau);
}

function glide(source: MouthPoseSource, ahead: number): Shares {
  const mean = noShares();
  for (const { ms, weight } of GLIDE) {
    const pose: MouthPose = source(ahead + ms);
    for (const shape of MOUTH_SHAPES) mean[shape] += weight * (pose[shape] ?? 0);
  }
  return mean;
}

/** Leaves of weaker shapes as much as the ratio says, and gives the strongest what they lose. */
function sharpen(shares: Shares, ratio: number): void {
  const sum = MOUTH_SHAPES.reduce((all, shape) => all + shares[shape], 0);
  const strongest = MOUTH_SHAPES.reduce((best, shape) => shares[shape] > shares[best] ? shape : best);
  for (const shape of MOUTH_SHAPES) shares[shape] = mix(shape === strongest ? sum : 0, shares[shape], ratio);
}

/** Value of a parameter in a pose; what no shape has a share in is at rest. `now` is what the model wants without. */
function valueFor({ values, weights }: MouthTarget, pose: Shares, now: number): number {
  let value = now;
  let rest = 1;
  for (const shape of MOUTH_SHAPES) {
    value += pose[shape] * weights[shape] * (values[shape] - now);
    rest -= pose[shape];
  }
  return value + Math.max(0, rest) * weights.rest * (values.rest - now);
}

function noShares(): Shares {
  return { ...forShapes(() => 0) };
}
