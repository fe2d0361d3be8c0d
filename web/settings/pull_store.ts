/** Has the server download a language model, and shows its progress, rate and remaining time. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type CallClient, CallError } from "@/web/connection/call_client.ts";
import { RateMeter } from "./rate_meter.ts";
import type { PullProgress } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

export interface Pull {
  model: string;
  /** `stopped` by the reader. What has come stays with the server, which goes on from there when it is asked again. */
  phase: "running" | "stopped" | "failed" | "done";
  /** Bytes; absent while the server does not know them. */
  total?: number;
  completed?: number;
  /** Bytes a second. */
  rate: number | null;
  secondsLeft: number | null;
  error?: TurnError;
}

export interface PullStoreOptions {
  call: CallClient["call"];
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Downloads one model at a time: one takes the whole bandwidth anyway. */
export class PullStore {
  readonly #call: CallClient["call"];
  readonly #now: () => number;
  readonly #current = signal<Pull | null>(null);
  #cancel = new AbortController();

  constructor({ call, now }: PullStoreOptions) {
    this.#call = call;
    this.#now = now;
  }

  /** The download that is running, or the last one; null before the first and after `dismiss()`. */
  get current(): ReadonlySignal<Pull | null> {
    return this.#current;
  }

  /**
   * Downloads a model; one that is being downloaded is cancelled. Never throws: a failure is in `current`.
   *
   * @returns whether it is there
   */
  async start(model: string): Promise<boolean> {
    this.cancel();
    const cancel = this.#cancel = new AbortController();
    const rate = new RateMeter();
    this.#current.value = { model, phase: "running", rate: null, secondsLeft: null };
    try {
      await this.#call("llm.pull", { model }, {
        signal: cancel.signal,
        onProgress: (progress) => this.#onProgress(progress, rate),
      });
      this.#update({ phase: "done" });
      return true;
    } catch (error) {
      if (this.#cancel !== cancel || cancel.signal.aborted) return false;
      this.#update({ phase: "failed", error: turnErrorOf(error) });
      return false;
    }
  }

  /** Cancels the download that is running. */
  cancel(): void {
    if (this.#current.peek()?.phase !== "running") return;
    this.#update({ phase: "stopped" });
    this.#cancel.abort(new DOMException("The reader has stopped it", "AbortError"));
  }

  /** Forgets a download that has ended. */
  dismiss(): void {
    if (this.#current.peek()?.phase !== "running") this.#current.value = null;
  }

  #onProgress({ total, completed }: PullProgress, rate: RateMeter): void {
    if (total === undefined || completed === undefined) return;
    rate.add(completed, this.#now());
    this.#update({ total, completed, rate: rate.perSecond, secondsLeft: rate.secondsLeft(total) });
  }

  #update(change: Partial<Pull>): void {
    const pull = this.#current.peek();
    if (pull !== null) this.#current.value = { ...pull, ...change };
  }
}

/** A failed call as the page shows it. */
export function turnErrorOf(error: unknown): TurnError {
  if (error instanceof CallError) return error.error;
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
