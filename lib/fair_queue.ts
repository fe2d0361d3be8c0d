/** Bounds how much is done at once, and lets nobody who asks for much keep others waiting. */

interface Waiting {
  start(): void;
}

/** Runs at most so many jobs at once; those who wait are served in turn, each one's jobs in their order. */
export class FairQueue {
  readonly #most: number;
  /** Whoever is served next comes first. */
  readonly #waiting = new Map<string, Waiting[]>();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many jobs wait. */
  get waiting(): number {
    return this.#waiting.values().reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Runs a job as soon as it is its turn.
   *
   * @param who asks for it
   * @param signal ends the wait. Default: nothing does
   * @throws the reason of `signal`, when it is aborted before it is the job's turn
   * @throws whatever the job throws
   */
  async run<T>(who: string, job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#turn(who, signal);
    try {
      return await job();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #turn(who: string, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const aborted = () => {
        this.#leave(who, waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener("abort", aborted);
          this.#running++;
          resolve();
        },
      };
      signal?.addEventListener("abort", aborted, { once: true });
      this.#waiting.set(who, [...this.#waiting.get(who) ?? [], waiting]);
      this.#next();
    });
  }

  #leave(who: string, waiting: Waiting): void {
    const left = (this.#waiting.get(who) ?? []).filter((one) => one !== waiting);
    if (left.length === 0) this.#waiting.delete(who);
    else this.#waiting.set(who, left);
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#running >= this.#most) return;
    const [who, [next, ...rest]] = first;
    // Behind all others who wait.
    this.#waiting.delete(who);
    if (rest.length > 0) this.#waiting.set(who, rest);
    next?.start();
    this.#next();
  }
}
