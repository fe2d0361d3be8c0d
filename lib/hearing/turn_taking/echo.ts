/**
 * Tells her own voice in the microphone from anybody else's. What is given out is known: how late and how loud it comes
 * back in each band is fitted to the last seconds, and what stands above that is somebody else.
 */
import { BANDS, HOP } from "./bands.ts";

const HOP_MS = HOP / 16;
/** Moments that are looked back on: two seconds, and the longest way of a sound. */
const HISTORY = 125;
const LONGEST_LAG = 26;
const KEPT = HISTORY + LONGEST_LAG + 2;
/** A moment's share of power that an echo in the room leaves for the next one. */
const TAIL = 0.6;
/** A band takes part in the fit where what is given out is at most so much softer than its loudest, as power. */
const LOUD = 1e-3;
const ENOUGH = 10;
/** Of the ratios of heard to given out, the one that stands for the way through the room: with somebody else, most are higher. */
const FIT = 0.5;
/** Powers are compared by this root, as ears do. */
const ROOT = 0.25;

/** What is known of one moment. */
export interface Unexplained {
  /** Bands that are louder than her own voice can be there, from 0 to 1 of all. */
  share: number;
  /** By how much, dB. */
  excess: number;
}

export class EchoModel {
  /** The newest last. */
  readonly #heard: Float32Array[] = [];
  readonly #given: Float32Array[] = [];
  #lag: number | undefined;
  #likeness = 0;

  /** How late her voice comes back, ms; undefined before it was heard. */
  get lagMs(): number | undefined {
    return this.#lag === undefined ? undefined : this.#lag * HOP_MS;
  }

  /** How alike what is heard and what is given out have been of late: 0 to 1. */
  get likeness(): number {
    return this.#likeness;
  }

  /** The next moment, as powers of bands. */
  push(heard: Float32Array, given: Float32Array): void {
    this.#heard.push(heard);
    this.#given.push(given);
    if (this.#heard.length > KEPT) {
      this.#heard.shift();
      this.#given.shift();
    }
  }
}
