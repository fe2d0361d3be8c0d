/**
 * How many of the newest messages are read all the same: whoever comes back within seconds is sent what is missing, and
 * nothing else. A server looks through all conversations for them.
 */
const NEWEST = 64;

/**
 * From where a journal has to be read: its newest messages, and whatever is not stored yet. So what it costs to follow
 * a conversation does not grow with what was said in it.
 */
export class ReadingStart {
  /** Where it was when the lease was taken, then the positions of what was appended since. */
  readonly #newest: number[];
  #unstored: number;

  /** @param position as the last message of the journal tells; 1 where there is none */
  constructor(position = 1) {
    this.#newest = [position];
    this.#unstored = position;
  }

  get position(): number {
    return Math.min(this.#unstored, this.#newest[0]!);
  }

  /** A message has been appended. */
  appended(position: number): void {
    this.#newest.push(position);
    if (this.#newest.length > NEWEST) this.#newest.shift();
  }

  /** All that was appended up to here is stored. */
  stored(position: number): void {
    this.#unstored = Math.max(this.#unstored, position + 1);
  }
}
