/** Writes turns into the search index, in slices between which everything else goes on. */
import type { DatabaseSync } from "node:sqlite";
import { atOnce } from "./sqlite_schema.ts";
import type { SearchWriter } from "./sqlite_search.ts";
import { report } from "@/lib/telemetry/guard.ts";

/**
 * How long the thread is held up at a time, ms: what is to be stored waits for it. Longer only for a single turn that
 * takes longer.
 */
const SLICE_MS = 3;
/** How long it is left alone after that, ms: while conversations are being stored, and while nothing is. */
const REST_MS = { busy: 25, idle: 1 };
/** So long after the last save nothing is going on, ms. */
const IDLE_MS = 1_000;
/** Pages of the index that are merged in one slice, and when all is indexed at once. */
const MERGED = { slice: 32, all: 1_000 };
/** When to try again after a failure, ms. */
const RETRY_MS = 10_000;

/**
 * Indexes turns that have ended, each slice of them in a transaction of its own. What is not indexed when the process
 * ends is indexed by the next one.
 */
export class SearchIndexer implements Disposable {
  readonly #db: DatabaseSync;
  readonly #writer: SearchWriter;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saved = -Infinity;
  #failing = false;
  /** Whether the next slice merges what the last one has added. */
  #merges = false;

  constructor(db: DatabaseSync, writer: SearchWriter) {
    this.#db = db;
    this.#writer = writer;
    if (writer.behind) this.#later(REST_MS.idle);
  }

  /** To be called when turns were stored; `ended`: whether one of them has ended. */
  saved(ended: boolean): void {
    this.#saved = performance.now();
    if (ended && this.#timer === undefined) this.#later(REST_MS.busy);
  }

  /** Indexes all there is, at once. */
  all(): void {
    atOnce(this.#db, () => {
      while (this.#writer.turns());
      this.#writer.merge(MERGED.all);
    });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => this.#slice(), ms);
  }

  #slice(): void {
    this.#timer = undefined;
    try {
      let more = true;
      atOnce(this.#db, () => {
        if (this.#merges) this.#writer.merge(MERGED.slice);
        else this.#writer.turns(SLICE_MS);
        more = !this.#merges || this.#writer.behind;
      });
      this.#merges = !this.#merges;
      this.#failing = false;
      const idle = performance.now() - this.#saved > IDLE_MS;
      if (more) this.#later(idle ? REST_MS.idle : REST_MS.busy);
    } catch (error) {
      // Said once: whatever it is, such as a full disk, may last. What is not indexed is found all the same.
      if (!this.#failing) report("index what was said, which is tried again", error);
      this.#failing = true;
      this.#later(RETRY_MS);
    }
  }
}
