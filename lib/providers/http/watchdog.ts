/** The longest time limit a timer holds; a longer one, 0 or Infinity means no limit. */
const NO_LIMIT = 2 ** 31 - 1;

/**
 * Bounds waits that come by the thousand, such as those for the next bytes of a stream, at the price of a look at
 * the clock each: one timer lives on over all of them.
 */
export class Watchdog {
  readonly #expired: (limitMs: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings. */
  #due = 0;
  #limit = 0;
  /** Where the wait under way ends, by `performance.now()`; 0 between waits. */
  #deadline = 0;

  /** @param expired called once a wait has lasted its whole limit, with that limit in milliseconds */
  constructor(expired: (limitMs: number) => void) {
    this.#expired = expired;
  }

  /** A wait starts that may last `limitMs`. */
  begin(limitMs: number): void {
    this.#limit = limitMs;
    if (limitMs <= 0 || limitMs > NO_LIMIT) return;
    const now = performance.now();
    this.#deadline = now + limitMs;
    if (this.#timer === undefined || this.#due > this.#deadline) this.#arm(now);
  }

  /** The wait is over in time. */
  end(): void {
    this.#deadline = 0;
  }

  /** Ends the wait and the timer. */
  stop(): void {
    this.#deadline = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(now: number): void {
    clearTimeout(this.#timer);
    this.#due = this.#deadline;
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.ceil(this.#deadline - now)));
  }

  #ring(): void {
    this.#timer = undefined;
    if (this.#deadline === 0) return;
    const now = performance.now();
    if (now < this.#deadline) this.#arm(now);
    else this.#expired(this.#limit);
  }
}
