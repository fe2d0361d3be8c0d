import { ask, type Question } from "./ask.ts";
import { type Asked, brokeBeforeAnswer, errorOfFetch, incomplete, timedOut } from "./failures.ts";
import { linesOf } from "./lines.ts";
import { pause } from "./pause.ts";
import { Watchdog } from "./watchdog.ts";
import { LlmError } from "@/lib/providers/provider.ts";

export interface ExchangeOptions {
  asked: Asked;
  /** Longest wait for the first byte in milliseconds, loading of the model included; 0 for no limit. */
  firstByteMs: number;
  /** Longest silence within an answer in milliseconds; 0 for no limit. */
  idleMs: number;
  /** Waits in milliseconds before asking a busy server again. */
  busyRetryMs?: readonly number[] | undefined;
  maxLineBytes?: number | undefined;
  /** Ends it, and the generation at its source. */
  signal: AbortSignal;
}

const BUSY_RETRY_MS = [250, 1000, 2000];

/** A question to a language model's server and its streamed answer. Dispose of it, whichever way it has ended. */
export class Exchange implements Disposable {
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #watchdog: Watchdog;
  readonly #stop: () => void;
  #idleMs: number;
  #started = false;

  constructor(options: ExchangeOptions) {
    const { asked, signal, idleMs } = this.#options = options;
    this.#idleMs = idleMs;
    this.#watchdog = new Watchdog((limitMs) => this.#abort.abort(timedOut(asked, limitMs, this.#started)));
    this.#stop = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  /** Aborts when the exchange is over, whoever ended it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Asks until an answer begins. A busy server is asked again, and one that hung up before any byte once.
   *
   * @param errorOf words an answer that is none
   * @throws {LlmError} for every failure
   * @throws the reason of the signal
   */
  async open(
    url: string,
    question: Omit<Question, "signal">,
    errorOf: (response: Response) => Promise<LlmError>,
  ): Promise<Response> {
    const { asked, firstByteMs, busyRetryMs = BUSY_RETRY_MS } = this.#options;
    this.#watchdog.begin(firstByteMs);
    let mayReconnect = true;
    for (let busy = 0;;) {
      let response: Response;
      try {
        response = await ask(url, { ...question, signal: this.signal });
      } catch (cause) {
        this.signal.throwIfAborted();
        if (!mayReconnect || !brokeBeforeAnswer(cause)) throw errorOfFetch(cause, asked);
        mayReconnect = false;
        continue;
      }
      if (response.ok) return response;
      const error = await errorOf(response);
      const wait = error.status === 503 ? busyRetryMs[busy++] : undefined;
      if (wait === undefined) throw error;
      await pause(wait, this.signal);
    }
  }

  /** The lines of the answer. */
  lines(response: Response): ReadableStream<string> {
    const { asked, maxLineBytes } = this.#options;
    const idleMs = () => this.#idleMs;
    return linesOf(response, {
      server: asked.server.name,
      watchdog: this.#watchdog,
      get idleMs() {
        return idleMs();
      },
      onBegin: () => this.#started = true,
      ...(maxLineBytes !== undefined && { maxLineBytes }),
      signal: this.signal,
    });
  }

  /** From now on nothing is waited for longer than this, in milliseconds. */
  endWithin(ms: number): void {
    this.#idleMs = ms;
    this.#watchdog.begin(ms);
  }

  /** What is to be thrown for whatever went wrong. */
  failure(error: unknown): unknown {
    if (this.signal.aborted) return this.signal.reason;
    return error instanceof LlmError ? error : incomplete(this.#options.asked, error);
  }

  /** After the last line too: the end of the body may never come. */
  [Symbol.dispose](): void {
    this.#watchdog.stop();
    this.#options.signal.removeEventListener("abort", this.#stop);
    this.#abort.abort();
  }
}
