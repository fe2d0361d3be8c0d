import { VoiceError } from "./engine.ts";
import { START_MS } from "@/lib/subprocess/subprocess.ts";

/** How long a worker may take to leave off a job, ms. */
const STOP_MS = 3_000;

/** What does the jobs: a process of its own. */
export interface JobWorker<Job> extends Disposable {
  begin(job: Job): void;
  /** Asks it to leave off its job as soon as it can, of which it then says that it is done. */
  stop(): void;
}

/** What a worker says of its job. */
export interface JobEvents<Part> {
  part(part: Part): void;
  done(): void;
  /** It cannot do the job, and can do others. */
  refused(why: string): void;
  /** It is of no use any more. */
  died(why: string): void;
}

export interface WorkerQueueOptions<Job, Part> {
  /** Whose sentences these are, for errors. */
  name: string;
  /** Starts a worker, which answers later. */
  start(events: JobEvents<Part>): JobWorker<Job>;
  /** How long a worker that has answered before may give nothing while it has a job, ms. */
  timeoutMs: number;
  /** How long a worker is kept that has nothing to do, ms. Default: for ever. */
  idleMs?: number;
}

interface Waiting<Job, Part> {
  job: Job;
  /** Where its parts go; undefined once nobody wants them any more. */
  parts: ReadableStreamDefaultController<Part> | undefined;
  /** Forgets the signal. */
  forget(): void;
}

/**
 * One worker for one job after the other, started when it is first needed. When it dies, hangs or cannot be stopped,
 * that costs the job that it was at, and the next one gets a new worker.
 */
export class WorkerQueue<Job, Part> implements Disposable {
  readonly #options: WorkerQueueOptions<Job, Part>;
  readonly #waiting: Waiting<Job, Part>[] = [];
  #worker: JobWorker<Job> | undefined;
  /** Whether the worker has answered: until then it may still be starting. */
  #hasBegun = false;
  #current: Waiting<Job, Part> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(options: WorkerQueueOptions<Job, Part>) {
    this.#options = options;
  }

  /** Starts the worker, so that the first job does not wait for that. */
  start(): void {
    if (!this.#disposed) this.#worker ??= this.#started();
  }

  /**
   * Does a job once those before it are done, and gives its parts as they come; they end with a {@linkcode VoiceError}
   * when it cannot be done, or with the reason of `signal`. Whoever leaves them does not want the job any more.
   *
   * @throws {VoiceError} when it was ended
   * @throws the reason of `signal`
   */
  run(job: Job, signal: AbortSignal): ReadableStream<Part> {
    signal.throwIfAborted();
    const { name } = this.#options;
    if (this.#disposed) throw new VoiceError(`${name} was ended: the server stops, or its voice was configured anew`);
    const stop = () => this.#leave(waiting, signal.reason);
    const waiting: Waiting<Job, Part> = {
      job,
      parts: undefined,
      forget: () => signal.removeEventListener("abort", stop),
    };
    const parts = new ReadableStream<Part>({
      start: (controller) => void (waiting.parts = controller),
      cancel: () => {
        waiting.parts = undefined;
        this.#leave(waiting);
      },
    });
    signal.addEventListener("abort", stop, { once: true });
    this.#waiting.push(waiting);
    this.#next();
    return parts;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return this.#rest();
    this.#watch();
    try {
      this.start();
      this.#worker?.begin(this.#current.job);
    } catch (error) {
      this.#replace(String(error));
    }
  }

  #started(): JobWorker<Job> {
    // What has been replaced may still say something.
    const told = <Event extends unknown[]>(hear: (...event: Event) => void) => (...event: Event) => {
      if (this.#worker !== worker) return;
      this.#hasBegun = true;
      hear(...event);
    };
    const worker: JobWorker<Job> = this.#options.start({
      part: told((part) => {
        if (this.#current?.parts === undefined) return;
        this.#watch();
        this.#current.parts.enqueue(part);
      }),
      done: told(() => this.#finish()),
      refused: told((why) => this.#finish(why)),
      died: told((why) => this.#replace(why)),
    });
    return worker;
  }

  /** The worker is through with its job. */
  #finish(why?: string): void {
    this.#release(why === undefined ? undefined : this.#failure(why));
    this.#next();
  }

  /** Nobody wants a job any more. */
  #leave(waiting: Waiting<Job, Part>, reason?: unknown): void {
    settle(waiting, reason);
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (this.#current !== waiting) return;
    this.#worker?.stop();
    this.#watch(STOP_MS);
  }

  get #patience(): number {
    const { timeoutMs } = this.#options;
    return this.#hasBegun ? timeoutMs : Math.max(timeoutMs, START_MS);
  }

  #watch(ms: number = this.#patience): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#replace(`it did not answer within ${ms} ms`), ms);
  }

  /** Nothing is to be done. */
  #rest(): void {
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#worker === undefined) return;
    this.#timer = setTimeout(() => this.#end(), idleMs);
    Deno.unrefTimer(this.#timer);
  }

  /** The worker is of no use any more, and neither is what it was at. */
  #replace(why: string): void {
    this.#end();
    this.#release(this.#failure(why));
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#worker?.[Symbol.dispose]();
    this.#worker = undefined;
    this.#hasBegun = false;
  }

  #release(error?: VoiceError): void {
    clearTimeout(this.#timer);
    if (this.#current !== undefined) settle(this.#current, error);
    this.#current = undefined;
  }

  #failure(why: string): VoiceError {
    return new VoiceError(`${this.#options.name} could not say the sentence: ${why}`);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const waiting of this.#waiting.splice(0)) settle(waiting, this.#failure("it was ended"));
    this.#replace("it was ended");
  }
}

function settle(waiting: Waiting<unknown, unknown>, error: unknown): void {
  waiting.forget();
  if (error === undefined) waiting.parts?.close();
  else waiting.parts?.error(error);
  waiting.parts = undefined;
}
