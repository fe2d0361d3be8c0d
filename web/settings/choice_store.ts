import { type ReadonlySignal, signal } from "@preact/signals";
import { turnErrorOf } from "./pull_store.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** A list on the server of which one item is chosen, such as the avatars. */
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

  /** Name of the item that the server is switching to, which may take a download; null when it is not switching. */
  get choosing(): ReadonlySignal<string | null> {
    return this.#choosing;
  }

  /** Why the list could not be read, or the last choice was refused. */
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
      // Another item has been chosen meanwhile: this error is of no interest.
      if (this.#choosing.peek() === name) this.#error.value = turnErrorOf(error);
    }
    if (this.#choosing.peek() === name) this.#choosing.value = null;
    await this.read();
  }

  /** Clears `error`: the reader has seen it. */
  clearError(): void {
    this.#error.value = null;
  }
}
