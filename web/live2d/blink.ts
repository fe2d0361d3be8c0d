import { clamp } from "./easing.ts";
import type { Layer, Rig, Step } from "./rig.ts";

/** Seconds that the eyelids take: down, shut, up. */
const CLOSING = 0.08;
const SHUT = 0.05;
const OPENING = 0.16;

/** Openness of the eyelids, from 0 to 1, so many seconds after a blink began. */
function eyelids(seconds: number): number {
  if (seconds < CLOSING) return clamp(1 - seconds / CLOSING, 0, 1);
  return clamp((seconds - CLOSING - SHUT) / OPENING, 0, 1);
}

/** Blinks now and then, whatever the model's motions do; a blink of theirs counts as one. */
export class Blink implements Layer {
  readonly #ids: readonly string[];
  readonly #random: () => number;
  #wait: number;
  #elapsed = Infinity;

  /** @param ids Parameters that open and close the eyes */
  constructor(ids: readonly string[], random: () => number = Math.random) {
    this.#ids = ids.length > 0 ? ids : ["ParamEyeLOpen", "ParamEyeROpen"];
    this.#random = random;
    this.#wait = this.#pause();
  }

  apply(rig: Rig, { real }: Step): void {
    const eyes = this.#ids.map((id) => rig.find(id)).filter((index) => index >= 0);
    const blinking = this.#elapsed < CLOSING + SHUT + OPENING;
    if (!blinking && eyes.some((index) => rig.get(index) < 0.4 * rig.range(index).initial)) {
      this.#wait = this.#pause();
      return;
    }
    this.#wait -= real;
    this.#elapsed += real;
    if (this.#wait <= 0) {
      this.#elapsed = 0;
      this.#wait = this.#pause();
    }
    const open = eyelids(this.#elapsed);
    if (open === 1) return;
    for (const index of eyes) {
      const { min } = rig.range(index);
      rig.set(index, min + (rig.get(index) - min) * open);
    }
  }

  #pause(): number {
    // Now and then people blink twice in a row.
    return this.#random() < 0.12 ? 0.4 : 2 + 4.5 * this.#random();
  }
}
