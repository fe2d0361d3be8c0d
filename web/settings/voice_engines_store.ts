/** Who can speak, and with which voices. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import type { VoiceEngineInfo } from "@/lib/protocol/calls.ts";

export class VoiceEnginesStore {
  readonly #call: CallClient["call"];
  readonly #engines = signal<readonly VoiceEngineInfo[] | null>(null);

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** Null until the server has said so. */
  get engines(): ReadonlySignal<readonly VoiceEngineInfo[] | null> {
    return this.#engines;
  }

  /** Never throws: of what the server does not tell now, nothing new is said. */
  async read(): Promise<void> {
    try {
      this.#engines.value = await this.#call("voices.list", {});
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
