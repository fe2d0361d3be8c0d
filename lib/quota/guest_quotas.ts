/** What one guest may use, and that it is not more. The owner has no quotas. */
import type { Rate, RateLimiter } from "./rate_limiter.ts";
import type { GuestLimits } from "@/lib/config/guests.ts";
import { OWNER } from "@/lib/principal.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The limits that are a use in a time, and what that time is. */
const SECONDS = {
  newPerHour: HOUR,
  promptsPerMinute: MINUTE,
  promptsPerDay: DAY,
  charactersPerDay: DAY,
  speechSecondsPerDay: DAY,
} as const;

type RateName = keyof typeof SECONDS;

export class GuestQuotas {
  readonly #limiter: RateLimiter;
  readonly #limits: () => GuestLimits;

  /** @param limits those that hold now */
  constructor(limiter: RateLimiter, limits: () => GuestLimits) {
    this.#limiter = limiter;
    this.#limits = limits;
  }

  /** The limits that hold now. */
  get limits(): GuestLimits {
    return this.#limits();
  }

  /** Counts a new guest from an address. Gives 0, or the seconds for which none is let in from there. */
  newcomer(address: string): Promise<number> {
    return this.#take("newPerHour", address, 1);
  }

  /**
   * Counts a message of a guest.
   *
   * @throws {RequestError} when it has to wait before the next one
   */
  async prompt(id: string, text: string): Promise<void> {
    await this.#mustTake("promptsPerMinute", id, 1, "take another message now");
    await this.#mustTake("promptsPerDay", id, 1, "take another message today");
    await this.#mustTake("charactersPerDay", id, text.length, "take a message of this length today");
  }

  /** Counts what a guest was answered; to be called with the owner's answers, too. */
  async answered(id: string, characters: number): Promise<void> {
    await this.#charge("charactersPerDay", id, characters);
  }

  /**
   * Whether a guest may have more said aloud; the owner always.
   *
   * @throws {RequestError} when it has to wait
   */
  async speech(id: string): Promise<void> {
    if (id !== OWNER.id) await this.#mustTake("speechSecondsPerDay", id, 0, "have anything said aloud");
  }

  /** Counts what was said to a guest; to be called with what was said to the owner, too. */
  async spoken(id: string, seconds: number): Promise<void> {
    await this.#charge("speechSecondsPerDay", id, seconds);
  }

  /**
   * Looks at how many conversations a guest has before it begins another one.
   *
   * @param count counts them, where there is a limit
   * @throws {RequestError} when no further one is kept
   */
  async conversation(count: () => Promise<number>): Promise<void> {
    const { conversations: most } = this.limits;
    if (most === undefined || await count() < most) return;
    throw new RequestError({
      code: "quota_used",
      message: `Cannot begin another conversation: guests.conversations is ${most}, so one has to be deleted first`,
    });
  }

  async #mustTake(name: RateName, id: string, amount: number, what: string): Promise<void> {
    const retryAfter = await this.#take(name, id, amount);
    if (retryAfter === 0) return;
    throw new RequestError({
      code: "quota_used",
      message: `Cannot ${what}: this guest has used up guests.${name}, which is ${this.limits[name]}`,
      retryAfter,
    });
  }

  async #take(name: RateName, key: string, amount: number): Promise<number> {
    const rate = this.#rate(name);
    return rate === undefined ? 0 : await this.#limiter.take(`${name} ${key}`, rate, amount);
  }

  async #charge(name: RateName, id: string, amount: number): Promise<void> {
    const rate = this.#rate(name);
    if (rate === undefined || id === OWNER.id || amount <= 0) return;
    await this.#limiter.charge(`${name} ${id}`, rate, amount);
  }

  #rate(name: RateName): Rate | undefined {
    const most = this.limits[name];
    return most === undefined ? undefined : { most, seconds: SECONDS[name] };
  }
}
