import { VoiceError } from "@/lib/voice/engine.ts";
import type { FliteAnswer, FliteJob } from "./phones.ts";

/** Flite makes a sentence in a fifth of a second; one that takes so long will never end. */
const TIMEOUT_MS = 10_000;
const SCRIPT = new URL("./worker.ts", import.meta.url);

export interface FliteWorkerOptions {
  /** What the worker runs. Default: flite. */
  script?: URL;
  timeoutMs?: number;
}

export type FliteSound = Exclude<FliteAnswer, { error: string }>;

interface Waiting {
  job: FliteJob;
  resolve(sound: FliteSound): void;
  reject(error: unknown): void;
}

/**
 * One thread with flite, started when it is first needed, for one job after the other. When it dies or hangs, that
 * costs the job that it was at, and the next one gets a new thread.
 */
export class FliteWorker implements Disposable {
  readonly #script: URL;
  readonly #timeoutMs: number;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor({ script = SCRIPT, timeoutMs = TIMEOUT_MS }: FliteWorkerOptions = {}) {
    this.#script = script;
    this.#timeoutMs = timeoutMs;
  }

  /** Starts the thread, so that the first sentence does not wait for that. */
  start(): void {
    if (!this.#disposed) this.#worker ??= this.#started();
  }

  /**
   * Does a job once those before it are done. What is aborted is not begun any more; what has begun is not waited for.
   *
   * @throws {VoiceError} when flite cannot do it
   * @throws the reason of `signal`
   */
  run(job: FliteJob, signal: AbortSignal): Promise<FliteSound> {
    signal.throwIfAborted();
    if (this.#disposed) throw new VoiceError("Flite was ended: the server stops, or its voice was configured anew");
    const { promise, resolve, reject } = Promise.withResolvers<FliteSound>();
    const waiting = { job, resolve, reject };
    const abort = () => {
      const index = this.#waiting.indexOf(waiting);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.push(waiting);
    this.#next();
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    this.start();
    this.#worker?.postMessage(this.#current.job);
    this.#timer = setTimeout(() => this.#fail(`it did not answer within ${this.#timeoutMs} ms`), this.#timeoutMs);
  }

  #started(): Worker {
    const worker = new Worker(this.#script, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FliteAnswer>) => {
      const current = this.#release();
      if ("error" in data) current?.reject(failure(data.error));
      else current?.resolve(data);
      this.#next();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#worker === worker) this.#fail(event.message);
    };
    return worker;
  }

  /** The thread is of no use any more. */
  #fail(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#release()?.reject(failure(why));
    this.#next();
  }

  #release(): Waiting | undefined {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    return current;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    const ended = failure("it was ended");
    for (const { reject } of this.#waiting.splice(0)) reject(ended);
    this.#fail("it was ended");
  }
}

function failure(why: string): VoiceError {
  return new VoiceError(`Flite could not say the sentence: ${why}`);
}
