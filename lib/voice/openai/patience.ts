import { Watchdog } from "@/lib/providers/http/watchdog.ts";
import { abortable } from "@/lib/waiting.ts";

/** How long a server may be silent while it is asked for something. */
export class Patience {
  /** Ends what is asked: somebody does not want it any more, or nothing came for too long. */
  readonly signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #watchdog: Watchdog;

  /**
   * @param signal of whoever wants it
   * @param silence what is thrown when it was silent for so many seconds
   */
  constructor(signal: AbortSignal, timeoutMs: number, silence: (seconds: number) => Error) {
    const silent = new AbortController();
    this.signal = AbortSignal.any([signal, silent.signal]);
    this.#timeoutMs = timeoutMs;
    this.#watchdog = new Watchdog((ms) => silent.abort(silence(ms / 1000)));
  }

  /** Why it was ended, if it was. */
  get reason(): unknown {
    return this.signal.aborted ? this.signal.reason : undefined;
  }

  /** Waits for something of the server's, as long as its patience lasts. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#watchdog.begin(this.#timeoutMs);
    try {
      return await abortable(work, this.signal);
    } finally {
      this.#watchdog.end();
    }
  }

  /** Frees the timer. */
  end(): void {
    this.#watchdog.stop();
  }
}
