import type { ConversationRegistry } from "./conversation_registry.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** So many are deleted at once, before others have their turn with the store. */
const AT_ONCE = 20;

export interface GuestSweepOptions {
  conversations: Pick<ConversationRegistry, "deleteGuestsUnchangedSince">;
  /** How many days guests' conversations are kept after their last change; undefined: for ever. Asked for each time. */
  keepDays(): number | undefined;
  /** Milliseconds since the epoch; default: the clock. */
  now?(): number;
  /** How often they are looked for, ms; default: once a day. */
  everyMs?: number;
}

/** Deletes guests' conversations that have been kept for long enough, now and once a day, until it is disposed of. */
export class GuestSweep implements Disposable {
  readonly #options: GuestSweepOptions;
  readonly #sweeping: ReturnType<typeof setInterval>;
  #disposed = false;

  constructor(options: GuestSweepOptions) {
    this.#options = options;
    const sweep = () => guarded("delete old conversations of guests, which is tried again later", () => this.#sweep());
    sweep();
    this.#sweeping = setInterval(sweep, options.everyMs ?? DAY_MS);
  }

  async #sweep(): Promise<void> {
    const { conversations, keepDays, now = Date.now } = this.#options;
    const days = keepDays();
    if (days === undefined) return;
    const when = now() - days * DAY_MS;
    while (!this.#disposed && await conversations.deleteGuestsUnchangedSince(when, AT_ONCE) === AT_ONCE);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearInterval(this.#sweeping);
  }
}
