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
  /** Indexes of the parameters that open the mouth, once there is a rig to look in. */
  #opening: readonly number[] | undefined;
  readonly #text = new SilentSpeech();
  #open = 0;
  /** How much the mouth belongs to speech: 1 while speaking, 0 when the model's motions have it. */
  #hold = 0;

  /** @param ids The model's own parameters for lip sync */
  constructor(ids: readonly string[]) {
    this.#ids = ids;
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
    this.#opening ??= openingOf(this.#ids, rig);
    for (const index of this.#opening) {
      const { min, max } = rig.range(index);
      rig.set(index, mix(rig.get(index), Math.max(0, min) + (max - Math.max(0, min)) * this.#open, this.#hold));
    }
  }
}

/** What opens a mouth in models that say nothing of it. */
const USUAL = ["ParamMouthOpenY", "ParamA"];

/**
 * Those of a model's parameters for lip sync that open its mouth. Some list what only shapes it as well, which would
 * grin or pout at every word; and of the shapes of five vowels, the first is the open one.
 */
function openingOf(ids: readonly string[], rig: Rig): number[] {
  const there = ids.filter((id) => rig.find(id) >= 0);
  const plain = (id: string) => id.replace(/^param/i, "").replaceAll("_", "").toLowerCase();
  const named = [
    there.filter((id) => plain(id).includes("open")),
    there.filter((id) => /^(mouth|lip|vowel)?a$/.test(plain(id))),
    there.filter((id) => rig.range(rig.find(id)).min >= 0 && !/form|smile|width|shrug|pucker|funnel/.test(plain(id))),
    USUAL,
    there,
  ].map((list) => list.map((id) => rig.find(id)).filter((index) => index >= 0));
  return named.find((indexes) => indexes.length > 0) ?? [];
}
