import type { Store } from "@/lib/store/store.ts";
import { report } from "@/lib/telemetry/guard.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long a session that nobody uses is kept, and one whose conversation is not there, ms. */
const UNUSED_MS = 30 * DAY_MS;
const EMPTY_MS = DAY_MS;

export interface SessionSweepOptions {
  store: Store;
  /** Has something done with the store once it is free. */
  enqueue(work: () => Promise<void>): Promise<void>;
  /** Milliseconds since the epoch; default: the clock. */
  now?: (() => number) | undefined;
  /** How often it looks, ms; default: once a day. */
  everyMs?: number | undefined;
}

/** Takes sessions out of the store that are not used any more, now and once a day, until it is disposed of. */
export class SessionSweep implements Disposable {
  readonly #options: SessionSweepOptions;
  readonly #sweeping: ReturnType<typeof setInterval>;

  constructor(options: SessionSweepOptions) {
    this.#options = options;
    const sweep = () => void options.enqueue(() => this.#sweep());
    sweep();
    this.#sweeping = setInterval(sweep, options.everyMs ?? DAY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweeping);
  }

  async #sweep(): Promise<void> {
    const { store, now = Date.now } = this.#options;
    try {
      await store.forgetSessions({ unusedSince: now() - UNUSED_MS, emptySince: now() - EMPTY_MS });
    } catch (error) {
      // Whatever keeps it from being done today may be gone tomorrow; nobody waits for it.
      report("take out sessions that are not used any more, which is tried again in a day", error);
    }
  }
}
