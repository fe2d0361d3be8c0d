import { abortable } from "@/lib/waiting.ts";

/** How often those who watch are told, in milliseconds: no more often than anybody can see. */
const REPORT_MS = 100;

/** Does a job until it is done or told to stop; notes how far it is. */
export type Job<Progress> = (signal: AbortSignal, note: (progress: Progress) => void) => Promise<void>;

interface Running<Progress> {
  readonly abort: AbortController;
  readonly watchers: Set<(progress: Progress) => void>;
  progress: Progress | undefined;
  /** What those who watch were told last. */
  told: Progress | undefined;
  finished: Promise<void>;
}

/** Jobs that take long and are many people's: each runs once at a time, whoever asks for it, and outlives who watches. */
export class SharedJobs<Progress> {
  readonly #running = new Map<string, Running<Progress>>();

  /** How far a job is; undefined where it does not run, or has told nothing yet. */
  progress(id: string): Progress | undefined {
    return this.#running.get(id)?.progress;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /**
   * Begins a job, or watches the one of that id which runs already. Resolves when it is done.
   *
   * @param options `signal` ends the watching alone: see {@linkcode cancel}
   * @throws what the job throws, an `AbortError` when it was cancelled
   * @throws the reason of `signal`
   */
  async run(
    id: string,
    job: Job<Progress>,
    { signal, onProgress }: { signal: AbortSignal; onProgress(progress: Progress): void },
  ): Promise<void> {
    signal.throwIfAborted();
    const running = this.#running.get(id) ?? this.#begin(id, job);
    running.watchers.add(onProgress);
    if (running.progress !== undefined) onProgress(running.progress);
    try {
      await abortable(running.finished, signal);
    } finally {
      running.watchers.delete(onProgress);
    }
  }

  /** Tells a job to stop, and waits until it has. */
  async cancel(id: string): Promise<void> {
    const running = this.#running.get(id);
    running?.abort.abort(new DOMException("It was cancelled", "AbortError"));
    await running?.finished.catch(() => {}); // Whoever has asked for it is told.
  }

  /** Stops all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)));
  }

  #begin(id: string, job: Job<Progress>): Running<Progress> {
    const running: Running<Progress> = {
      abort: new AbortController(),
      watchers: new Set(),
      progress: undefined,
      told: undefined,
      finished: Promise.resolve(),
    };
    this.#running.set(id, running);
    const reporting = setInterval(() => tell(running), REPORT_MS);
    running.finished = job(running.abort.signal, (progress) => running.progress = progress).finally(() => {
      clearInterval(reporting);
      tell(running);
      this.#running.delete(id);
    });
    running.finished.catch(() => {}); // Those who watch are told; there may be none any more.
    return running;
  }
}

function tell<Progress>(running: Running<Progress>): void {
  const { progress, told, watchers } = running;
  if (progress === undefined || progress === told) return;
  running.told = progress;
  for (const watcher of watchers) watcher(progress);
}
