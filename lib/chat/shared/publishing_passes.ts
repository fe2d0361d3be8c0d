/**
 * When conversations publish what has happened in them: all at once, in passes. A message costs every process much the
 * same whatever it carries, and so does each time that one is woken for it. So the longer the bus takes to keep one, be
 * it that a processor or a disk is busy, the longer is the rest after a pass: tokens are joined, which leaves time for
 * what is urgent, such as taking over from a process that has died. Where the bus is quick, nothing waits.
 */
import { Passes } from "@/lib/passes.ts";

/** A message that is kept within this leaves nothing to be saved by joining, ms. */
const QUICK_MS = 1;
/** The rest for each millisecond that a message takes beyond that, ms. */
const REST = 4;
/** The longest rest, ms: text is not to come in lumps. */
const LONGEST_REST_MS = 100;
/** What the last message counts in the average of all. */
const SHARE = 0.05;

export class PublishingPasses {
  readonly #passes = new Passes<() => void>((ready) => {
    for (const resolve of ready) resolve();
    return this.rest;
  });
  /** How long a message takes to be kept, on average, ms. */
  #average = 0;

  /** A message was kept after so long, ms. */
  took(ms: number): void {
    // A bus that was away for seconds says nothing of how quick it is.
    this.#average += (Math.min(ms, LONGEST_REST_MS) - this.#average) * SHARE;
  }

  /** How long the rest after a pass is, ms. */
  get rest(): number {
    return Math.max(0, Math.min(LONGEST_REST_MS, (this.#average - QUICK_MS) * REST));
  }

  /** Resolves with the next pass, for all who wait for it. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#passes.add(resolve));
  }
}
