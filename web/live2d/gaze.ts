import { approach, clamp } from "./easing.ts";
import type { Layer, Rig, Step } from "./rig.ts";

/** A direction: x to the right of the screen, y upwards, each from -1 to 1. */
export interface Direction {
  x: number;
  y: number;
}

/** Seconds without a new target after which the eyes begin to wander. */
const PATIENCE = 3;
/** Eyes are quick, the head follows, the body comes last: seconds for 63 % of the way. */
const TAU = { eyes: 0.06, head: 0.28, body: 0.7 };

/**
 * Direction from the face to a point, softened so that far points do not wrench the head.
 *
 * @param dx Pixels from the face to the right
 * @param dy Pixels from the face downwards
 * @param reach Pixels that count as far, such as half the page
 */
export function directionTo(dx: number, dy: number, reach: number): Direction {
  return { x: Math.tanh(1.3 * dx / reach), y: -Math.tanh(1.3 * dy / reach) };
}

/** Where the character looks: after the pointer, or around the room when nothing moves. */
export class Gaze implements Layer {
  /** Calm for those who ask for reduced motion: no wandering eyes, and a head that turns less. */
  calm = false;
  /** Looks here instead of wandering, such as up and aside when thinking. */
  home: Direction | null = null;

  #target: Direction = { x: 0, y: 0 };
  #since = PATIENCE;
  #nextSaccade = 0;
  readonly #eyes: Direction = { x: 0, y: 0 };
  readonly #head: Direction = { x: 0, y: 0 };
  readonly #body: Direction = { x: 0, y: 0 };
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Looks in a direction, for as long as it is renewed and a little longer. */
  lookAt(direction: Direction): void {
    this.#target = direction;
    this.#since = 0;
  }

  apply(rig: Rig, { real }: Step): void {
    this.#since += real;
    if (this.home !== null) this.#target = this.home;
    else if (this.#since >= PATIENCE) this.#wander(real);
    follow(this.#eyes, this.#target, TAU.eyes, real);
    follow(this.#head, this.#target, TAU.head, real);
    follow(this.#body, this.#target, TAU.body, real);

    const turn = this.calm ? 0.5 : 1;
    // The eyes aim at the target from a head that has turned part of the way.
    lean(rig, "ParamEyeBallX", clamp(this.#eyes.x * 1.2 - this.#head.x * 0.3 * turn, -1, 1));
    lean(rig, "ParamEyeBallY", clamp(this.#eyes.y * 1.2 - this.#head.y * 0.3 * turn, -1, 1));
    lean(rig, "ParamAngleX", this.#head.x * 0.9 * turn);
    lean(rig, "ParamAngleY", this.#head.y * 0.9 * turn);
    lean(rig, "ParamAngleZ", -this.#head.x * this.#head.y * 0.8 * turn);
    lean(rig, "ParamBodyAngleX", this.#body.x * 0.8 * turn);
  }

  /** Small jumps of the eyes about the viewer, as people make them. */
  #wander(real: number): void {
    if (this.calm) {
      this.#target = { x: 0, y: 0 };
      return;
    }
    this.#nextSaccade -= real;
    if (this.#nextSaccade > 0) return;
    this.#nextSaccade = 0.7 + 2.6 * this.#random();
    const away = this.#random() < 0.25 ? 0.45 : 0.14;
    this.#target = { x: (this.#random() * 2 - 1) * away, y: (this.#random() * 2 - 1) * away * 0.6 };
  }
}

function follow(value: Direction, target: Direction, tau: number, seconds: number): void {
  value.x = approach(value.x, target.x, tau, seconds);
  value.y = approach(value.y, target.y, tau, seconds);
}

/** Adds a share of a parameter's range to its value: 1 is the whole way to the maximum, -1 to the minimum. */
export function lean(rig: Rig, id: string, share: number): void {
  const index = rig.find(id);
  if (index < 0) return;
  const { min, max, initial } = rig.range(index);
  rig.set(index, rig.get(index) + (share >= 0 ? (max - initial) * share : (initial - min) * share));
}
