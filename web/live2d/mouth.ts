import { approach, mix } from "./easing.ts";
import type { Layer, Rig, Step } from "./rig.ts";
import { SilentSpeech } from "./silent_speech.ts";

/** A mouth opens faster than it closes: seconds for 63 % of the way. */
const ATTACK = 0.035;
const RELEASE = 0.09;
/** Seconds in which the mouth goes back to what the motion wants, once nothing is said. */
const YIELD = 0.25;

/** Moves the mouth with streamed text. Comes after everything else. */
export class Mouth implements Layer {
  readonly #ids: readonly string[];
  readonly #text = new SilentSpeech();
  #open = 0;
  /** How much the mouth belongs to speech: 1 while speaking, 0 when the model's motions have it. */
  #hold = 0;

  /** @param ids The model's own parameters for lip sync */
  constructor(ids: readonly string[]) {
    this.#ids = ids.length > 0 ? ids : ["ParamMouthOpenY", "ParamA"];
  }

  /** Follows the text of a turn as it grows; null when no more will come. Another turn starts afresh. */
  setText(turn: string, text: string | null): void {
    this.#text.feed(turn, text);
  }

  apply(rig: Rig, { real }: Step): void {
    const target = this.#text.next(real);
    const wanted = target ?? 0;
    this.#open = approach(this.#open, wanted, wanted > this.#open ? ATTACK : RELEASE, real);
    this.#hold = target === null ? approach(this.#hold, 0, YIELD, real) : approach(this.#hold, 1, ATTACK, real);
    if (this.#hold < 0.01) return;
    for (const id of this.#ids) {
      const index = rig.find(id);
      if (index < 0) continue;
      const { min, max } = rig.range(index);
      rig.set(index, mix(rig.get(index), Math.max(0, min) + (max - Math.max(0, min)) * this.#open, this.#hold));
    }
  }
}
