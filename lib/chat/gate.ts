/** Holds actions back until it is opened, then does them in their order; from then on each is done at once. */
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
