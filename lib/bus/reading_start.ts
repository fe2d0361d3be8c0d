/** How many of the newest messages are read all the same: whoever comes back soon is sent what is missing alone. */
const NEWEST = 32;

/**
 * Which messages of a conversation have to be read: its newest ones, and whatever is not stored yet. So what it costs
 * to follow a conversation does not grow with what was said in it.
 */
export class ReadingStart {
  readonly #positions: number[];
  #unstored: number;
  #last: number;

  /**
   * @param positions where those stand by now, of which nobody knows whether they are stored
   * @param end no message stands behind it; 0 where there is none
   */
  constructor(positions: readonly number[] = [], end = 0) {
    this.#positions = [...positions];
    this.#unstored = positions[0] ?? end;
    this.#last = end;
  }

  /** The first of them; 0 where there is none. */
  get first(): number {
    return this.#positions[0] ?? 0;
  }

  /** From here on it may not be stored; undefined where all is. */
  get unstored(): number | undefined {
    return this.#last > 0 && this.#unstored <= this.#last ? this.#unstored : undefined;
  }

  /** A message has been appended. */
  appended(position: number): void {
    if (this.unstored === undefined) this.#unstored = position;
    this.#last = position;
    this.#positions.push(position);
    this.#forget();
  }

  /** All that was appended up to here is stored. */
  stored(position: number): void {
    this.#unstored = Math.max(this.#unstored, position + 1);
    this.#forget();
  }

  #forget(): void {
    while (this.#positions.length > NEWEST && this.first < this.#unstored) this.#positions.shift();
  }
}
