/** How many requests may be made in vain for each turn, on average. */
const IN_VAIN = 0.5;
/** So many may be made in vain one after the other, however well it went before. */
const MOST = 2;

/**
 * Bounds what early answers cost: with those that are dropped a turn takes at most one and a half requests, on average,
 * and one more in all.
 */
export class GuessBudget {
  /** How many more may be made in vain. */
  #left = IN_VAIN;

  /** Whether an answer may be begun early: the turn it is for brings its own part. */
  get allows(): boolean {
    return this.#left + IN_VAIN >= 1;
  }

  /** A turn was asked. */
  asked(): void {
    this.#left = Math.min(MOST, this.#left + IN_VAIN);
  }

  /** An answer was begun in vain. */
  dropped(): void {
    this.#left--;
  }
}
