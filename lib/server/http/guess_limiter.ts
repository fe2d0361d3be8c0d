/** Slows guessing of tokens, and locks nobody out. */

/** Different wrong tokens from one address, after which every further one has to wait. */
const TRIES = 10;
/** After this time without a wrong one, an address is forgotten, ms. */
const FORGET_MS = 60_000;
/** Time between two tokens of an address that has to wait, ms. */
const PACE_MS = 1_000;
/** Tokens of one address that may wait at once. */
const WAITING = 5;
/** Addresses remembered at once; the one quiet for longest is forgotten first. */
const ADDRESSES = 10_000;

interface Guesser {
  /** When the last wrong one came, ms. */
  last: number;
  /** Marks of the first wrong ones, at most {@linkcode TRIES}. */
  marks: Set<string>;
  /** When the next token may be looked at, ms. */
  free: number;
}

export class GuessLimiter {
  readonly #guessers = new Map<string, Guesser>();
  readonly #now: () => number;

  /** @param now the time, in ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#guessers.size;
  }

  /**
   * How long a token from `address` has to wait before it is looked at, in ms: a right one as long as a wrong one, or
   * the wait would tell them apart. Undefined when so many are waiting that it is not to be looked at.
   */
  wait(address: string): number | undefined {
    const guesser = this.#find(address);
    if (guesser === undefined || guesser.marks.size < TRIES) return 0;
    const now = this.#now();
    const turn = Math.max(now, guesser.free) + PACE_MS;
    if (turn - now > WAITING * PACE_MS) return undefined;
    guesser.free = turn;
    return turn - now;
  }

  /**
   * To be called for each wrong token. The same one again, as from an old bookmark, is no further guess.
   *
   * @param mark what tells it from others, and does not give it away
   */
  wrong(address: string, mark: string): void {
    const guesser = this.#find(address) ?? { last: 0, marks: new Set(), free: 0 };
    if (guesser.marks.has(mark)) return;
    if (guesser.marks.size < TRIES) guesser.marks.add(mark);
    guesser.last = this.#now();
    this.#guessers.delete(address);
    this.#guessers.set(address, guesser);
    if (this.#guessers.size <= ADDRESSES) return;
    // Many at once: each search for the first of a map walks over all that were deleted before it.
    const surplus = this.#guessers.keys().take(ADDRESSES / 10).toArray();
    for (const oldest of surplus) this.#guessers.delete(oldest);
  }

  #find(address: string): Guesser | undefined {
    const guesser = this.#guessers.get(address);
    const now = this.#now();
    return guesser !== undefined && Math.max(guesser.last + FORGET_MS, guesser.free) > now ? guesser : undefined;
  }
}
