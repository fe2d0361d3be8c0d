/** How many of the newest messages are read all the same: whoever comes back soon is sent what is missing alone. */
const NEWEST = 32;
/** So many are listed at most: more are to be looked for, from the first on. */
const MOST_LISTED = 64;

/**
 * Which messages of a journal have to be read: its newest ones, and whatever is not stored yet. So what it costs to
 * follow a conversation does not grow with what was said in it. Each message tells it of those before it, one by one: a
 * server that had to look for them would look through those of all conversations.
 */
export class ReadingStart {
  /** Where those stand. */
  readonly #positions: number[];
  /** Up to here there may be others between them. */
  readonly #unlisted: number;
  #unstored: number;

  /**
   * @param told what the last message of the journal tells
   * @param last its position; 0 where there is none
   */
  constructor(told: string | undefined = "[]", last = 0) {
    const listed = positionsIn(told);
    const before = listed ?? [firstIn(told)];
    this.#positions = last === 0 ? before : [...before, last];
    this.#unlisted = listed === undefined ? last : 0;
    this.#unstored = this.first;
  }

  /** The first of them. */
  get first(): number {
    return this.#positions[0] ?? 1;
  }

  /** Where they stand; undefined where they have to be looked for. */
  get positions(): readonly number[] | undefined {
    const isListed = this.first > this.#unlisted && this.#positions.length <= MOST_LISTED;
    return isListed ? this.#positions : undefined;
  }

  /** The same in words: the first and the way from each to the next, or the first alone. */
  get told(): string {
    const { positions } = this;
    return JSON.stringify(positions?.map((position, index) => position - (positions[index - 1] ?? 0)) ?? this.first);
  }

  /** A message has been appended. */
  appended(position: number): void {
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

function positionsIn(told: string): number[] | undefined {
  if (!told.startsWith("[")) return undefined;
  let position = 0;
  return (JSON.parse(told) as number[]).map((way) => position += way);
}

function firstIn(told: string): number {
  return Number(told) || 1;
}
