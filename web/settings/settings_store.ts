/** The configuration as the page shows and changes it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/calls.ts";
import { errorOf } from "./pull_store.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** How the last change of a field went. */
export type Change = { state: "saving" | "saved" } | { state: "failed"; error: TurnError };

export class SettingsStore {
  readonly #call: CallClient["call"];
  readonly #fields = signal<readonly SettingField[] | null>(null);
  readonly #problem = signal<TurnError | null>(null);
  readonly #changes = signal<ReadonlyMap<string, Change>>(new Map());
  readonly #restart = signal(false);

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** Null until they have been read. */
  get fields(): ReadonlySignal<readonly SettingField[] | null> {
    return this.#fields;
  }

  /** Why they could not be read. */
  get problem(): ReadonlySignal<TurnError | null> {
    return this.#problem;
  }

  /** By dotted path. */
  get changes(): ReadonlySignal<ReadonlyMap<string, Change>> {
    return this.#changes;
  }

  /** True once something has been changed that holds from the next start on. */
  get restart(): ReadonlySignal<boolean> {
    return this.#restart;
  }

  /** The field of that dotted path. */
  field(name: string): SettingField | undefined {
    return this.#fields.value?.find(({ path }) => path.join(".") === name);
  }

  async read(): Promise<void> {
    try {
      this.#fields.value = await this.#call("settings.read", {});
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = errorOf(error);
    }
  }

  /**
   * Changes a field; `null` brings its default back. It never throws: what is wrong is told in `changes`.
   *
   * @returns whether it is changed
   */
  async write(name: string, value: unknown): Promise<boolean> {
    this.#note(name, { state: "saving" });
    try {
      const { restart } = await this.#call("settings.write", { changes: [{ path: name.split("."), value }] });
      if (restart) this.#restart.value = true;
      await this.read();
      this.#note(name, { state: "saved" });
      return true;
    } catch (error) {
      this.#note(name, { state: "failed", error: errorOf(error) });
      return false;
    }
  }

  /** Forgets how the last changes went: what was said of them has been seen. */
  settle(): void {
    this.#changes.value = new Map();
  }

  #note(name: string, change: Change): void {
    this.#changes.value = new Map([...this.#changes.peek(), [name, change]]);
  }
}
