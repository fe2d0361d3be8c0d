import type { Status } from "@/lib/protocol/v2.ts";
import { type CallClient, CallError } from "@/web/connection/call_client.ts";

/** Tells the server, once for each language model, that a prompt is being written: a model takes its time to load. */
export class ModelPreload {
  readonly #calls: CallClient;
  /** The language model, and where it is, that was told last. */
  #told = "";

  constructor(calls: CallClient) {
    this.#calls = calls;
  }

  tell(status: Status | null): void {
    const model = `${status?.host} ${status?.model}`;
    if (!status?.reachable || this.#told === model) return;
    this.#told = model;
    this.#calls.call("llm.preload", {}).catch((error: unknown) => {
      // It was only to be sooner.
      if (!(error instanceof CallError)) throw error;
    });
  }
}
