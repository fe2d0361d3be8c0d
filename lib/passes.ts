/** Serves what waits in passes: all of it at once, then a rest, in which more comes together. */
import { clearImmediate, setImmediate } from "node:timers";

export class Passes<Item> {
  readonly #serve: (ready: readonly Item[]) => number;
  readonly #waiting = new Set<Item>();
  /** When the last pass has ended, and when the next one may begin, by `performance.now()`. */
  #ended = -Infinity;
  #rested = 0;
  #cancel = () => {};

  /** @param serve serves a pass; it must not throw. Returns how long the rest after it is, ms */
  constructor(serve: (ready: readonly Item[]) => number) {
    this.#serve = serve;
  }

  /** Serves it with the next pass, once, however often it is added. */
  add(item: Item): void {
    if (this.#waiting.size === 0) this.#cancel = this.#plan();
    this.#waiting.add(item);
  }

  /**
   * Serves it, unless there is a rest to keep, as soon as what runs now has ended: for what is told of several at once,
   * with which nothing else comes.
   */
  addAtOnce(item: Item): void {
    if (this.#waiting.size > 0 || this.#restLeft >= 1) return this.add(item);
    this.#waiting.add(item);
    let due = true;
    this.#cancel = () => due = false;
    queueMicrotask(() => {
      if (due) this.#pass();
    });
  }

  delete(item: Item): void {
    if (this.#waiting.delete(item) && this.#waiting.size === 0) this.#cancel();
  }

  /** Whether nothing waits, and the last pass was longer ago than that, in ms. */
  isQuiet(ms: number): boolean {
    return this.#waiting.size === 0 && performance.now() - this.#ended > ms;
  }

  /** A pass for these alone, whoever waits. */
  serve(ready: readonly Item[]): void {
    const rest = this.#serve(ready);
    this.#ended = performance.now();
    this.#rested = this.#ended + rest;
  }

  get #restLeft(): number {
    return this.#rested - performance.now();
  }

  #plan(): () => void {
    const rest = this.#restLeft;
    // Shorter rests than a timer can keep are none.
    if (rest < 1) {
      const immediate = setImmediate(() => this.#pass());
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(() => this.#pass(), rest);
    return () => clearTimeout(timer);
  }

  #pass(): void {
    const ready = [...this.#waiting];
    this.#waiting.clear();
    this.serve(ready);
  }
}
