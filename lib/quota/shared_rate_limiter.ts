/**
 * Counts what is used in all processes. Each one counts in its own memory, so nobody waits, and tells the others what
 * it has counted: so a limit may be passed by what was used elsewhere in the moment that a message takes, and, while
 * the bus is lost, by what is used elsewhere meanwhile.
 */
import { MemoryRateLimiter, type Rate, type RateLimiter } from "./rate_limiter.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

const USED = "used";
/** Asked by a process that knows nothing yet, or not any more. */
const ASKED = "used-asked";
/** Keys that are told of at once: a message is far from the longest that the bus takes. */
const AT_ONCE = 1_000;

/** A key, how long until all of it has come back where it was counted, and how much of that is new; ms. */
type Used = [key: string, left: number, cost: number];

export class SharedRateLimiter implements RateLimiter {
  readonly #bus: Bus;
  readonly #counted: MemoryRateLimiter;

  /**
   * Hears for as long as the bus is open.
   *
   * @param now the time, in ms
   */
  constructor(bus: Bus, now?: () => number) {
    this.#bus = bus;
    this.#counted = new MemoryRateLimiter(now);
    const hear = (topic: string, take: (data: string) => void) =>
      bus.hear(topic, (data, from) => {
        if (from !== bus.self) guarded("count what is used elsewhere", () => take(data));
      });
    hear(USED, (data) => this.#take(JSON.parse(data) as Used[]));
    hear(ASKED, () => this.#tellAll());
    bus.onConnection((connected) => {
      if (connected) this.#meet();
    });
    this.#meet();
  }

  take(key: string, rate: Rate, amount?: number): Promise<number> {
    return this.#telling(key, () => this.#counted.take(key, rate, amount));
  }

  charge(key: string, rate: Rate, amount: number): Promise<void> {
    return this.#telling(key, () => this.#counted.charge(key, rate, amount));
  }

  /** Tells what `count` counts at once: otherwise it may have been told already, with all that is used. */
  #telling<T>(key: string, count: () => T): T {
    const before = this.#counted.left(key);
    const counted = count();
    const left = this.#counted.left(key);
    if (left > before) this.#tell([[key, left, left - before]]);
    return counted;
  }

  /** Adds what is new; what was missed before is in what is left where it was counted. */
  #take(used: readonly Used[]): void {
    for (const [key, left, cost] of used) this.#counted.set(key, Math.max(left, this.#counted.left(key) + cost));
  }

  #meet(): void {
    this.#bus.announce(ASKED, "");
    this.#tellAll();
  }

  #tellAll(): void {
    const { keys } = this.#counted;
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      this.#tell(keys.slice(at, at + AT_ONCE).map((key) => [key, this.#counted.left(key), 0]));
    }
  }

  #tell(used: readonly Used[]): void {
    this.#bus.announce(USED, JSON.stringify(used));
  }
}
