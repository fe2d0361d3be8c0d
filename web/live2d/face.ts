import { clamp } from "./easing.ts";
import { applyExpression, type Expression } from "./expressions.ts";
import type { Layer, Rig, Step } from "./rig.ts";

/** Seconds that a feeling stays on the face, more for a strong one, before it fades to neutral. */
const HOLD = { least: 2.5, more: 4 };

/** An expression on its way in or out. */
interface Shown {
  expression: Expression;
  /** How far it is in, from 0 to 1, before easing. */
  share: number;
  /** How strong it is when it is fully in. */
  strength: number;
  leaving: boolean;
}

/**
 * What the face shows: one feeling at a time, which fades by itself, and expressions that stay until they are taken
 * off, such as glasses, which no feeling ever resets.
 */
export class Face implements Layer {
  /** While this is set the feeling does not fade: the character is still speaking. */
  speaking = false;
  #shown: Shown[] = [];
  readonly #kept = new Set<string>();
  #feeling: Shown | null = null;
  #hold = 0;

  /** Shows a feeling in place of the one before; null goes back to neutral. */
  feel(expression: Expression | null, intensity = 1): void {
    const strength = clamp(intensity, 0, 1);
    this.#hold = HOLD.least + HOLD.more * strength;
    if (this.#feeling !== null && this.#feeling.expression === expression) {
      this.#feeling.strength = strength;
      return;
    }
    if (this.#feeling !== null && !this.#kept.has(this.#feeling.expression.name)) this.#feeling.leaving = true;
    this.#feeling = expression === null ? null : this.#show(expression, strength);
  }

  /** Puts an expression on until it is taken off again. */
  keep(expression: Expression, on: boolean): void {
    if (on) {
      this.#kept.add(expression.name);
      this.#show(expression, 1);
      return;
    }
    this.#kept.delete(expression.name);
    for (const shown of this.#shown) if (shown.expression === expression) shown.leaving = true;
  }

  /** Names of the expressions that are kept on. */
  get kept(): ReadonlySet<string> {
    return this.#kept;
  }

  apply(rig: Rig, { real, scaled }: Step): void {
    if (this.#feeling !== null && !this.speaking && (this.#hold -= real) <= 0) this.feel(null);
    for (const shown of this.#shown) {
      const { expression, leaving } = shown;
      const fade = leaving ? expression.fadeOut : expression.fadeIn;
      shown.share = clamp(shown.share + (fade > 0 ? scaled / fade : 1) * (leaving ? -1 : 1), 0, 1);
      applyExpression(rig, expression, ease(shown.share) * shown.strength);
    }
    this.#shown = this.#shown.filter(({ leaving, share }) => !leaving || share > 0);
  }

  #show(expression: Expression, strength: number): Shown {
    let shown = this.#shown.find((candidate) => candidate.expression === expression);
    if (shown === undefined) {
      shown = { expression, share: 0, strength, leaving: false };
      this.#shown.push(shown);
    }
    shown.leaving = false;
    shown.strength = strength;
    return shown;
  }
}

/** Starts and ends softly. */
function ease(share: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * share);
}
