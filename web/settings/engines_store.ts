/** Who can speak and with which voices, or who can understand. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { VoiceEngineInfo } from "@/lib/protocol/calls.ts";

export class EnginesStore<Info> {
  readonly #read: () => Promise<readonly Info[]>;
  readonly #engines = signal<readonly Info[] | null>(null);

  /** @param read asks the server */
  constructor(read: () => Promise<readonly Info[]>) {
    this.#read = read;
  }

  /** Null until the server has said so. */
  get engines(): ReadonlySignal<readonly Info[] | null> {
    return this.#engines;
  }

  /** Never throws: of what the server does not tell now, nothing new is said. */
  async read(): Promise<void> {
    try {
      this.#engines.value = await this.#read();
    } catch {
      // Where words go, and which voices there are, stays as it was told last.
    }
  }
}

/** The voices that a configured engine can be told to take, by their ids: for `auto` those of all that can speak. */
export function voicesOf(engines: readonly VoiceEngineInfo[] | null, engine: string): VoiceEngineInfo["voices"] {
  const taken = engines?.filter(({ id, needs }) => engine === "auto" ? needs === undefined : id === engine);
  return taken?.flatMap(({ voices }) => voices) ?? [];
}
