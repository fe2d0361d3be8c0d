import { approach } from "./easing.ts";
import type { Layer, Rig, Step } from "./rig.ts";

/** Seconds for 63 % of the way back. */
const TAU = 0.5;

/** Lets a model that plays no motion go back to how it was drawn, where it would freeze in the last pose. */
export class Rest implements Layer {
  readonly #playing: () => boolean;

  /** @param playing Whether a motion has the model */
  constructor(playing: () => boolean) {
    this.#playing = playing;
  }

  apply(rig: Rig, { real }: Step): void {
    if (this.#playing()) return;
    for (let index = 0; index < rig.count; index++) {
      rig.set(index, approach(rig.get(index), rig.range(index).initial, TAU, real));
    }
  }
}
