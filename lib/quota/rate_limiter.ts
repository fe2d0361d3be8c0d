/** How fast something may be used. */
export interface Rate {
  /** So much at once, */
  most: number;
  /** and all of it again after so long. In between it comes back little by little. */
  seconds: number;
}

/**
 * Counts what is used, by key. Asynchronous, so that all processes can count together: of a key and a rate nothing has
 * to be kept but a moment (the generic cell rate algorithm).
 */
export interface RateLimiter {
  /**
   * Uses `amount` where there is so much.
   *
   * @returns 0 then; otherwise nothing is used, and in so many seconds there will be enough
   */
  take(key: string, rate: Rate, amount?: number): Promise<number>;
  /** Uses `amount` that is known only now, also where there is less: it has to come back before more is taken. */
  charge(key: string, rate: Rate, amount: number): Promise<void>;
}

/** Keys beyond which those are looked for of which nothing is used any more. */
const MANY = 1_000;

/** Counts for this process alone. */
export class MemoryRateLimiter implements RateLimiter {
  readonly #now: () => number;
  /** When all will have come back, ms. */
  readonly #whole = new Map<string, number>();
  #sweepAt = MANY;

  /** @param now the time, in ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How long until all of a key has come back, ms. */
  left(key: string): number {
    return Math.max(0, (this.#whole.get(key) ?? 0) - this.#now());
  }

  /** The keys of which something is used. */
  get keys(): string[] {
    return [...this.#whole.keys()].filter((key) => this.left(key) > 0);
  }

  /** Sets how long until all of a key has come back, ms. */
  set(key: string, left: number): void {
    this.#keep(key, this.#now() + left);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#whole.size;
  }

  take(key: string, rate: Rate, amount = 1): Promise<number> {
    const now = this.#now();
    const whole = this.#after(key, rate, amount);
    const wait = whole - (now + rate.seconds * 1_000);
    if (wait > 0) return Promise.resolve(Math.ceil(wait / 1_000));
    this.#keep(key, whole);
    return Promise.resolve(0);
  }

  charge(key: string, rate: Rate, amount: number): Promise<void> {
    this.#keep(key, this.#after(key, rate, amount));
    return Promise.resolve();
  }

  #after(key: string, { most, seconds }: Rate, amount: number): number {
    return Math.max(this.#now(), this.#whole.get(key) ?? 0) + amount * seconds * 1_000 / most;
  }

  #keep(key: string, whole: number): void {
    this.#whole.set(key, whole);
    if (this.#whole.size < this.#sweepAt) return;
    const now = this.#now();
    for (const [key, whole] of this.#whole) if (whole <= now) this.#whole.delete(key);
    // Seldom enough to cost nothing for each key.
    this.#sweepAt = Math.max(MANY, this.#whole.size * 2);
  }
}
