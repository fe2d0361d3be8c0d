/** Bytes are counted over this long, ms: shorter jumps about, longer lags behind. */
const WINDOW_MS = 6_000;
/** Less than this says nothing yet, ms. */
const LEAST_MS = 800;

/** How fast something comes, over its last few seconds. */
export class RateMeter {
  readonly #samples: { bytes: number; at: number }[] = [];

  /**
   * Notes how much is there.
   *
   * @param bytes in all
   * @param at milliseconds of any clock that goes evenly
   */
  add(bytes: number, at: number): void {
    this.#samples.push({ bytes, at });
    // The newest one from before the window stays, or a slow connection would never have two.
    while (this.#samples.length > 2 && at - this.#samples[1]!.at >= WINDOW_MS) this.#samples.shift();
  }

  /** Bytes a second; null while there is too little to tell. */
  get perSecond(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
    return Math.max(0, last.bytes - first.bytes) / ((last.at - first.at) / 1000);
  }

  /** Seconds until `total` bytes are there; null while that cannot be told. */
  secondsLeft(total: number): number | null {
    const rate = this.perSecond;
    const last = this.#samples.at(-1);
    return rate === null || rate === 0 || last === undefined ? null : Math.max(0, total - last.bytes) / rate;
  }
}
