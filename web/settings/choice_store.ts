import { type ReadonlySignal, signal } from "@preact/signals";
import { turnErrorOf } from "./pull_store.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** A list on the server of which one is chosen. */
export class ChoiceStore<T extends { name: string; chosen: boolean }> {
  readonly #list: () => Promise<readonly T[]>;
  readonly #choose: (name: string) => Promise<unknown>;
  readonly #items = signal<readonly T[] | null>(null);
  readonly #choosing = signal<string | null>(null);
  readonly #error = signal<TurnError | null>(null);

  constructor(list: () => Promise<readonly T[]>, choose: (name: string) => Promise<unknown>) {
    this.#list = list;
    this.#choose = choose;
  }

  /** Null until they have been read. */
  get items(): ReadonlySignal<readonly T[] | null> {
    return this.#items;
  }

  /** The one that is on its way, which may have to be downloaded first. */
  get choosing(): ReadonlySignal<string | null> {
    return this.#choosing;
  }

  /** Why the list cannot be read, or the last one wanted cannot be had. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  async read(): Promise<void> {
    try {
      this.#items.value = await this.#list();
    } catch (error) {
      this.#error.value = turnErrorOf(error);
    }
  }

  async choose(name: string): Promise<void> {
    this.#choosing.value = name;
    this.#error.value = null;
    try {
      await this.#choose(name);
    } catch (error) {
      // Whoever has chosen another one meanwhile does not want to hear of this one.
      if (this.#choosing.peek() === name) this.#error.value = turnErrorOf(error);
    }
    if (this.#choosing.peek() === name) this.#choosing.value = null;
    await this.read();
  }

  /** Forgets what went wrong: it has been seen. */
  clearError(): void {
    this.#error.value = null;
  }
}
