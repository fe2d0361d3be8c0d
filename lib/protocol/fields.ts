/** Reads JSON that came over the wire, field by field: it is `unknown` until it has passed here. */

/** Longest id that either side may make up, in characters: long enough for any UUID with a prefix. */
const MAX_ID = 64;

/** The fields of a JSON object. Every reader throws a `SyntaxError` that names the field and what it must be. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /**
   * @param what names the object in errors, such as `the frame`
   * @throws {SyntaxError} when `value` is not a JSON object
   */
  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new SyntaxError(`Cannot read ${what}: it must be a JSON object`);
    }
    this.#values = value as Record<string, unknown>;
    this.#what = what;
  }

  /**
   * Reads the object that a frame of a WebSocket holds.
   *
   * @param data as the socket gives it
   * @param what as for the constructor
   * @throws {SyntaxError} when the frame is binary, or is not a JSON object
   */
  static parse(data: unknown, what: string): Fields {
    if (typeof data !== "string") {
      throw new SyntaxError(`Cannot read ${what}: it is binary, vtuber.v2 speaks JSON text`);
    }
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch (cause) {
      throw new SyntaxError(`Cannot read ${what} as JSON`, { cause });
    }
    return new Fields(value, what);
  }

  /** All of them, unread. */
  get all(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  /** A field as it came; undefined when it is absent. */
  get(name: string): unknown {
    return this.#values[name];
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === "string" ? value : this.#fail(name, "must be a string");
  }

  /** A string of 1 to 64 characters. */
  id(name: string): string {
    const id = this.text(name);
    if (id !== "" && id.length <= MAX_ID) return id;
    return this.#fail(name, `must have 1 to ${MAX_ID} characters, it has ${id.length}`);
  }

  number(name: string): number {
    const value = this.#values[name];
    return typeof value === "number" ? value : this.#fail(name, "must be a number");
  }

  /** A whole number from 0. */
  count(name: string): number {
    const value = this.#values[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#fail(name, "must be a whole number from 0");
  }

  list(name: string): unknown[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : this.#fail(name, "must be a list");
  }

  object(name: string): Fields {
    return new Fields(this.#values[name], `${this.#what}: ${name}`);
  }

  /** One of some words. */
  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const value = this.#values[name];
    return words.find((word) => word === value) ??
      this.#fail(name, `is ${JSON.stringify(value)}, it must be one of ${words.join(", ")}`);
  }

  /** What `read` makes of a field that may be absent. */
  optional<T>(name: string, read: (fields: this) => T): T | undefined {
    return this.#values[name] === undefined ? undefined : read(this);
  }

  #fail(name: string, problem: string): never {
    throw new SyntaxError(`Cannot read ${this.#what}: ${name} ${problem}`);
  }
}
