/** A fetch for answers that come from this machine in thousands of small pieces. */
import { Client, type Dispatcher } from "undici";

/** As much is read ahead of the reader, in bytes; then the sender has to wait. */
const READ_AHEAD = 64 * 1024;

/**
 * `fetch`, as far as asking a model on this machine needs it: a body of text, no redirects followed, and an answer
 * that is handed on with all that has come at once. Everything else is left to the platform's own.
 *
 * The platform's takes every HTTP chunk, which is every token, through a queue and a promise of its own. Here whatever
 * one read of the connection brings is taken apart at once: the more tokens come, the less one of them costs.
 */
export function localFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  if (input instanceof Request || url.protocol !== "http:" || !LOOPBACK.test(url.hostname)) return fetch(input, init);
  // One connection for one answer: it ends with its answer, and nothing has to be looked after in between.
  const client = new Client(url.origin, {
    pipelining: 0,
    // How long to wait is for the caller to say, by the signal.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0, autoSelectFamily: true },
  });
  const exchange = new Exchange(client, init.signal ?? undefined);
  client.dispatch({
    method: (init.method ?? "GET") as Dispatcher.HttpMethod,
    path: url.pathname + url.search,
    headers: Object.fromEntries(new Headers(init.headers)),
    body: init.body === undefined || init.body === null ? null : String(init.body),
  }, exchange);
  return exchange.response;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** One question and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<Response>;
  readonly #client: Client;
  readonly #signal: AbortSignal | undefined;
  readonly #begun = Promise.withResolvers<Response>();
  #controller: Dispatcher.DispatchController | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #failure: unknown;
  #wake = () => {};

  constructor(client: Client, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#signal = signal;
    this.response = this.#begun.promise;
    if (signal?.aborted) this.#stop();
    else signal?.addEventListener("abort", this.#stop, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[]>): void {
    // 1xx only announces that there is more to come.
    if (status < 200) return;
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one])
    );
    const body = status === 204 || status === 304 ? null : this.#body();
    this.#begun.resolve(new Response(body, { status, headers: fields }));
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= READ_AHEAD) controller.pause();
    this.#wake();
  }

  onResponseEnd(): void {
    this.#over();
  }

  onResponseError(_: Dispatcher.DispatchController, error: unknown): void {
    this.#over(error);
  }

  readonly #stop = (): void => {
    this.#over(this.#signal?.reason);
  };

  #over(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#signal?.removeEventListener("abort", this.#stop);
    if (failure !== undefined) this.#begun.reject(failure);
    this.#wake();
    void this.#client.destroy();
  }

  #body(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        if (this.#bytes === 0 && !this.#ended) await new Promise<void>((resolve) => this.#wake = resolve);
        if (this.#bytes > 0) return controller.enqueue(this.#take());
        if (this.#failure !== undefined) return controller.error(this.#failure);
        controller.close();
        // A read into a buffer of the reader's own waits for this answer.
        controller.byobRequest?.respond(0);
      },
      cancel: () => this.#over(),
    });
  }

  #take(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#controller?.paused) this.#controller.resume();
    return whole;
  }
}
