import { lean } from "./gaze.ts";
import type { Layer, Rig, Step } from "./rig.ts";

/** Breath, and the slow sway of someone who stands. The periods never meet, so that it does not look like a machine. */
export class Breath implements Layer {
  /** Only the breath itself, for those who ask for reduced motion. */
  calm = false;
  #time = 0;

  apply(rig: Rig, { real }: Step): void {
    this.#time += real;
    lean(rig, "ParamBreath", 0.5 + 0.5 * this.#wave(3.4));
    if (this.calm) return;
    lean(rig, "ParamAngleX", 0.14 * this.#wave(6.5));
    lean(rig, "ParamAngleY", 0.08 * this.#wave(3.5));
    lean(rig, "ParamAngleZ", 0.12 * this.#wave(5.5));
    lean(rig, "ParamBodyAngleX", 0.18 * this.#wave(15.5));
  }

  #wave(period: number): number {
    return Math.sin(2 * Math.PI * this.#time / period);
  }
}
