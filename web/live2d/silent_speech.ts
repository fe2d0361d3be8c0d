import type { MouthShapeName } from "@/lib/protocol/speech.ts";
import { letterShape, SYLLABIC } from "@/web/presence/letter_shapes.ts";

/** Seconds of one syllable, about as people talk. */
const SYLLABLE = 0.14;
/** Characters in one syllable of a script that spells sounds. */
const LETTERS = 2.5;
/** Text may run ahead of the mouth by this many seconds; then the mouth skips syllables to keep up. */
const LAG = { speaking: 1.2, ended: 0.4 };

/** How far each shape opens the mouth, where that is all that moves. */
const OPENNESS: Readonly<Record<MouthShapeName, number>> = {
  rest: 0,
  closed: 0.1,
  narrow: 0.25,
  a: 1,
  i: 0.7,
  u: 0.7,
  e: 0.7,
  o: 0.7,
};

/** How far a character opens the mouth, from 0 to 1. */
export function openness(character: string): number {
  return OPENNESS[letterShape(character).shape];
}

/** Gives text the movement of a mouth when there is no voice: syllable by syllable, pausing where the text does. */
export class SilentSpeech {
  #turn = "";
  #seen = 0;
  #lag = LAG.speaking;
  #waiting: string[] = [];
  #syllable = 0;
  #left = 0;

  /** Takes the visible text of a turn so far, as it grows; null when no more will come. */
  feed(turn: string, text: string | null): void {
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#seen = 0;
      this.#waiting = [];
    }
    this.#lag = text === null ? LAG.ended : LAG.speaking;
    if (text === null) return;
    this.#waiting.push(...text.slice(this.#seen));
    this.#seen = text.length;
  }

  /** How far the mouth is open after so many more seconds, from 0 to 1; null when there is nothing left to say. */
  next(seconds: number): number | null {
    this.#left -= seconds;
    if (this.#left <= 0) {
      if (this.#waiting.length === 0) {
        this.#left = 0;
        return null;
      }
      this.#left = SYLLABLE;
      this.#syllable = this.#take();
    }
    // Each syllable opens and closes again a little.
    return this.#syllable * (this.#left > SYLLABLE * 0.4 ? 1 : 0.45);
  }

  #take(): number {
    const share = Math.ceil(this.#waiting.length * SYLLABLE / this.#lag);
    const first = this.#waiting[0] ?? "";
    const count = Math.max(share, SYLLABIC.test(first) || openness(first) === 0 ? 1 : Math.round(LETTERS));
    const taken = this.#waiting.splice(0, count);
    return taken.reduce((widest, character) => Math.max(widest, openness(character)), 0);
  }
}
