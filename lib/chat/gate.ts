/** What is to happen waits until it may, all of it in its order; from then on it happens at once. */
export class Gate {
  #waiting: (() => void)[] | undefined = [];

  /** Does something now, or when it is opened. */
  pass(action: () => void): void {
    if (this.#waiting === undefined) action();
    else this.#waiting.push(action);
  }

  open(): void {
    // What comes while it opens is behind what waits, and is met by the same loop.
    for (const action of this.#waiting ?? []) action();
    this.#waiting = undefined;
  }
}
