/** The configuration as the page shows and changes it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import { turnErrorOf } from "./pull_store.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** How the last change of a field went. */
export type Change = { state: "saving" | "saved" } | { state: "failed"; error: TurnError };

export class SettingsStore {
  readonly #call: CallClient["call"];
  readonly #fields = signal<readonly SettingField[] | null>(null);
  readonly #error = signal<TurnError | null>(null);
  readonly #changes = signal<ReadonlyMap<string, Change>>(new Map());
  readonly #needsRestart = signal(false);

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** Null until they have been read. */
  get fields(): ReadonlySignal<readonly SettingField[] | null> {
    return this.#fields;
  }

  /** Why they could not be read. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  /** By dotted path. */
  get changes(): ReadonlySignal<ReadonlyMap<string, Change>> {
    return this.#changes;
  }

  /** True once something has been changed that holds from the next start on. */
  get needsRestart(): ReadonlySignal<boolean> {
    return this.#needsRestart;
  }

  /** The field of that dotted path. */
  field(name: string): SettingField | undefined {
    return this.#fields.value?.find(({ path }) => path.join(".") === name);
  }

  async read(): Promise<void> {
    try {
      this.#fields.value = await this.#call("settings.read", {});
      this.#error.value = null;
    } catch (error) {
      this.#error.value = turnErrorOf(error);
    }
  }

  /**
   * Changes a field; `null` brings its default back. It never throws: what is wrong is told in `changes`.
   *
   * @returns whether it is changed
   */
  async write(name: string, value: unknown): Promise<boolean> {
    this.#setChange(name, { state: "saving" });
    try {
      const { restart } = await this.#call("settings.write", { changes: [{ path: name.split("."), value }] });
      if (restart) this.#needsRestart.value = true;
      await this.read();
      this.#setChange(name, { state: "saved" });
      return true;
    } catch (error) {
      this.#setChange(name, { state: "failed", error: turnErrorOf(error) });
      return false;
    }
  }

  /** Clears `changes`: the reader has seen them. */
  clearChanges(): void {
    this.#changes.value = new Map();
  }

  #setChange(name: string, change: Change): void {
    this.#changes.value = new Map([...this.#changes.peek(), [name, change]]);
  }
}
