/** Ollama's queue: so many generations at once, the rest wait their turn, and too many are sent away. */
export class Slots {
  #free: number;
  readonly #maxQueue: number;
  readonly #waiting: (() => void)[] = [];

  constructor(parallel: number, maxQueue: number) {
    this.#free = parallel;
    this.#maxQueue = maxQueue;
  }

  /** Takes a slot. False when the queue is full, or the client left while it waited. */
  async take(gone: AbortSignal): Promise<"taken" | "full" | "left"> {
    if (this.#free > 0) {
      this.#free--;
      return "taken";
    }
    if (this.#waiting.length >= this.#maxQueue) return "full";
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    gone.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    const place = this.#waiting.indexOf(resolve);
    if (place >= 0) this.#waiting.splice(place, 1);
    // Woken by the signal while still in line: no slot was handed over.
    return place >= 0 ? "left" : "taken";
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
