/**
 * When conversations publish what has happened in them: all at once, in passes. A message costs every process much the
 * same whatever it carries, and so does each time that one is woken for it. So where much is to be told, a pass is
 * followed by a rest: tokens are joined, which leaves time for what is urgent, such as taking over from a process that
 * has died.
 */
import { Passes } from "@/lib/passes.ts";

/** Entries a second that are published as they come: one by one they cost a quarter of a processor. */
const AT_ONCE = 800;
/** From so many on rests are the longest. */
const MOST = 1_200;
/** The longest rest, ms: text is not to come in lumps. */
const LONGEST_REST_MS = 100;
/** Over how long entries are counted, ms. */
const COUNTED_MS = 500;

export class PublishingPasses {
  readonly #now: () => number;
  readonly #passes = new Passes<() => void>((ready) => {
    for (const resolve of ready) resolve();
    return this.rest;
  });
  /** Entries, of which older ones count less, as they were then. */
  #entries = 0;
  #counted = 0;

  /** @param now ms; default: `performance.now` */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** There is an entry more. */
  count(): void {
    const now = this.#now();
    this.#entries = 1 + this.#entries * Math.exp((this.#counted - now) / COUNTED_MS);
    this.#counted = now;
  }

  /** How long the rest after a pass is, ms. */
  get rest(): number {
    const perSecond = this.#entries / COUNTED_MS * 1_000;
    const share = (perSecond - AT_ONCE) / (MOST - AT_ONCE);
    return LONGEST_REST_MS * Math.max(0, Math.min(1, share));
  }

  /** Resolves with the next pass, for all who wait for it. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#passes.add(resolve));
  }
}
