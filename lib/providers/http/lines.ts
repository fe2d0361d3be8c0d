import { TextLineStream } from "@std/streams";
import { LlmError } from "@/lib/providers/provider.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Longest line in bytes: Ollama's own client stops at 8 MB, and a text of 8 MiB still needs some room around it.
 * Its longest honest line is the last one of a generate call, which carries the whole context.
 */
export const MAX_LINE_BYTES = 8 * 1024 * 1024 + 64 * 1024;
/** How much is read at once, in bytes: some hundred tokens' lines. */
const READ_BYTES = 16 * 1024;
const LINE_FEED = 10;

export interface LineOptions {
  /** What the server is called in errors. */
  server: string;
  /** Every wait for bytes after the first one is a wait of this watchdog. */
  watchdog: Watchdog;
  /** Longest silence between two pieces, in milliseconds; 0 for no limit. Asked for each of them. */
  readonly idleMs: number;
  /** Called when the first bytes have come. */
  onBegin?(): void;
  maxLineBytes?: number;
  /** Ends the reading, and closes the body. */
  signal: AbortSignal;
}

/**
 * The lines of a response's body, without their ends; a last line may lack its own. Bytes are read only as lines are:
 * a slow reader holds back the sender. Leaving the loop over it closes the body.
 *
 * The stream fails with an {@linkcode LlmError} when a line is longer than `maxLineBytes`, with the reason of `signal`
 * when that is aborted, and with a `TypeError` when the connection breaks off.
 */
export function linesOf({ body }: Response, options: LineOptions): ReadableStream<string> {
  options.signal.throwIfAborted();
  const text = body === null ? nothing() : new ReadableStream(new TextSource(body, options), { highWaterMark: 0 });
  return text.pipeThrough(new TextLineStream());
}

function nothing(): ReadableStream<string> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

/**
 * The text of a body, as it comes. It reads into one buffer again and again: without one, Deno's fetch makes 64 KB for
 * each read, which is for each token, and that costs more than all the rest of a token's way.
 */
class TextSource implements UnderlyingDefaultSource<string> {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #decoder = new TextDecoder();
  readonly #options: LineOptions;
  #buffer = new ArrayBuffer(READ_BYTES);
  /** Of the line that has begun. */
  #lineBytes = 0;
  #begun = false;
  #stop = () => {};

  constructor(body: ReadableStream<Uint8Array>, options: LineOptions) {
    this.#reader = body.getReader({ mode: "byob" });
    this.#options = options;
  }

  start(controller: ReadableStreamDefaultController<string>): void {
    const { signal } = this.#options;
    // Deno's fetch forgets its signal once the Response is garbage, while the body is still being read: no abort would
    // reach a silent connection then. So the body is closed from here.
    this.#stop = () => {
      controller.error(signal.reason);
      this.cancel();
    };
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  async pull(controller: ReadableStreamDefaultController<string>): Promise<void> {
    const { watchdog, signal } = this.#options;
    // The wait for the first bytes began with the request.
    if (this.#begun) watchdog.begin(this.#options.idleMs);
    const { value, done } = await this.#reader.read(new Uint8Array(this.#buffer));
    watchdog.end();
    if (!this.#begun) this.#options.onBegin?.();
    this.#begun = true;
    if (signal.aborted) return;
    if (value !== undefined) this.#buffer = value.buffer;
    if (done) {
      this.#release();
      const rest = this.#decoder.decode();
      if (rest !== "") controller.enqueue(rest);
      return controller.close();
    }
    this.#measure(value);
    controller.enqueue(this.#decoder.decode(value, { stream: true }));
  }

  cancel(): void {
    this.#release();
    this.#reader.cancel().catch(() => {/* Closed already: that is all we want. */});
  }

  /** @throws {LlmError} when the line that has begun is too long */
  #measure(bytes: Uint8Array): void {
    const { maxLineBytes = MAX_LINE_BYTES, server } = this.#options;
    const first = bytes.indexOf(LINE_FEED);
    if (this.#lineBytes + (first < 0 ? bytes.length : first) > maxLineBytes) {
      this.cancel();
      throw new LlmError("llm_failed", `${server} sent a line of more than ${Math.floor(maxLineBytes / 1e6)} MB`, {
        hint: "Try again, or start a new conversation",
      });
    }
    this.#lineBytes = first < 0 ? this.#lineBytes + bytes.length : bytes.length - 1 - bytes.lastIndexOf(LINE_FEED);
  }

  #release(): void {
    this.#options.signal.removeEventListener("abort", this.#stop);
  }
}
