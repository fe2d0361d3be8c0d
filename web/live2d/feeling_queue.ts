import type { Feeling } from "@/web/presence/presence.ts";

/** What nobody says: a feeling that is written behind it belongs to what has been said. */
const UNSAID = /[^\p{L}\p{N}]*/uy;

/** How much of a text has been heard, with what follows that has no sound. UTF-16 units. */
export function heardLength(text: string, to: number): number {
  UNSAID.lastIndex = to;
  return to + (UNSAID.exec(text)?.[0].length ?? 0);
}

/** Holds feelings back until the text, or the voice, has come to where they belong. */
export class FeelingQueue {
  readonly #feel: (name: string, intensity: number) => void;
  #waiting: Feeling[] = [];
  #turn = "";
  #reached = 0;

  constructor(feel: (name: string, intensity: number) => void) {
    this.#feel = feel;
  }

  /** Takes a feeling, which is felt at once when its place has been passed already. */
  add(feeling: Feeling): void {
    this.#waiting.push(feeling);
    this.#release();
  }

  /** Tells that so much of a turn's text is there, in UTF-16 units; Infinity at its end. */
  reach(turn: string, length: number): void {
    // What the last turn did not come to is not felt in the next one.
    if (turn !== this.#turn) this.#waiting = this.#waiting.filter((feeling) => feeling.turn === turn);
    this.#turn = turn;
    this.#reached = length;
    this.#release();
  }

  #release(): void {
    const ready = this.#waiting.filter((feeling) => feeling.turn === this.#turn && feeling.at <= this.#reached);
    this.#waiting = this.#waiting.filter((feeling) => !ready.includes(feeling));
    for (const { name, intensity } of ready) this.#feel(name, intensity);
  }
}
