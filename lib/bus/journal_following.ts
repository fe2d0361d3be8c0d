/** Whoever follows one conversation: takes what was there before, then what comes, once and in order. */
import type { Appended, Follower, Following } from "./bus.ts";

export class JournalFollowing implements Following {
  readonly #follower: Follower;
  readonly #until: (position: number) => Promise<void>;
  #position = 0;
  /** What has come before all was read that was there; undefined once it is. */
  #early: Appended[] | undefined = [];
  #disposed = false;
  onDispose: () => void = () => {};

  /** @param until resolves when this following has been given everything up to a position */
  constructor(follower: Follower, until: (position: number) => Promise<void>) {
    this.#follower = follower;
    this.#until = until;
  }

  /** Takes what was there before, and what has come meanwhile. */
  start(kept: readonly Appended[]): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of [...kept, ...early]) this.take(message);
  }

  take(message: Appended): void {
    if (this.#disposed) return;
    if (this.#early !== undefined) {
      this.#early.push(message);
      return;
    }
    if (message.position <= this.#position) return;
    this.#position = message.position;
    this.#follower.take(message);
  }

  /** The stream has begun anew. */
  reset(): void {
    this.#position = 0;
    this.#follower.reset();
  }

  until(position: number): Promise<void> {
    // What was there before is no longer heard.
    return this.#position >= position ? Promise.resolve() : this.#until(position);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.onDispose();
  }
}
