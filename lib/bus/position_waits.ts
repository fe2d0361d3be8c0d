/** Who waits until something that only grows, such as a journal, has come to a position. */

interface Wait {
  position: number;
  resolve(): void;
  reject(error: Error): void;
}

export class PositionWaits {
  #waits: Wait[] = [];

  /** Resolves when that position has been reached; rejects with what {@linkcode fail} is given before. */
  until(position: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waits.push({ position, resolve, reject }));
  }

  /** It has come to that position. */
  reach(position: number): void {
    if (this.#waits.length === 0) return;
    const { reached = [], left = [] } = Object.groupBy(
      this.#waits,
      (wait) => wait.position <= position ? "reached" : "left",
    );
    this.#waits = left;
    for (const { resolve } of reached) resolve();
  }

  /** It comes to no further position. */
  fail(error: Error): void {
    const waits = this.#waits;
    this.#waits = [];
    for (const { reject } of waits) reject(error);
  }
}
