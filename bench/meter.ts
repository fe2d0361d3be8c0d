/** Counts tokens as they come in, and how old they are. */
import type { Outcome } from "./plan.ts";
import { percentile } from "./stats.ts";
import { synthetic } from "../tests/stub/knobs.ts";

const decoder = new TextDecoder();
const STAMP = /\d{13}\.\d{3}/g;
/** What a `chunk` frame of `vtuber.v2` has before its text, and after it. */
const BEFORE = '"data":"';
const AFTER = '"}';
/** The stub's synthetic tokens come round after this number of them. */
const ROUND = 12;
const CHARACTERS_A_TOKEN = Array.from({ length: ROUND }, (_, index) => synthetic(index)).join("").length / ROUND;

export class Meter {
  #tokens = 0;
  #ages: number[] = [];
  readonly #since = performance.now();

  /** So many tokens came; those with stamps are in `text`. */
  take(tokens: number, text?: string): void {
    this.#tokens += tokens;
    if (text !== undefined) this.takeStamped(text);
  }

  /** A text came whose tokens are stamps. */
  takeStamped(text: string): void {
    const now = performance.timeOrigin + performance.now();
    for (const stamp of text.match(STAMP) ?? []) this.#ages.push(now - Number(stamp));
  }

  /** A frame of one token. */
  takePlain(payload: Uint8Array, stamped: boolean): void {
    this.#tokens++;
    if (stamped) this.takeStamped(decoder.decode(payload));
  }

  /** A frame of `vtuber.v2`, which may hold several tokens: they are counted by their length, or by their stamps. */
  takeJoined(payload: Uint8Array, stamped: boolean): void {
    const text = decoder.decode(payload);
    if (stamped) {
      const before = this.#ages.length;
      this.takeStamped(text);
      this.#tokens += this.#ages.length - before;
      return;
    }
    this.#tokens += (text.length - text.indexOf(BEFORE) - BEFORE.length - AFTER.length) / CHARACTERS_A_TOKEN;
  }

  /**
   * @param opening how long it took to open the sockets, ms
   * @throws {Error} when other than `expected` tokens came
   */
  read(expected: number, opening: number): Outcome {
    if (Math.abs(this.#tokens - expected) > expected / 1_000) {
      throw new Error(`Of ${expected} tokens ${Math.round(this.#tokens)} came`);
    }
    const seconds = (performance.now() - this.#since) / 1_000;
    const ages = Float64Array.from(this.#ages).sort();
    return {
      chunksPerSecond: this.#tokens / seconds,
      withConnecting: this.#tokens / (seconds + opening / 1_000),
      p50: percentile(ages, 0.5) || 0,
      p99: percentile(ages, 0.99) || 0,
    };
  }
}
