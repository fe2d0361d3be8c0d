import { TextLineStream } from "@std/streams";
import { LlmError } from "@/lib/providers/provider.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Longest line in bytes: Ollama's own client stops at 8 MB, and a text of 8 MiB still needs some room around it.
 * Its longest honest line is the last one of a generate call, which carries the whole context.
 */
const MAX_LINE_BYTES = 8 * 1024 * 1024 + 64 * 1024;
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
  /** Whether blank lines say nothing: then most of them are left out, which is half of what a stream of events has. */
  skipsBlank?: boolean;
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
  const { readable, writable } = new TextLineStream();
  const writer = writable.getWriter();
  // Neither rejects: what goes wrong is the stream's to tell.
  void (body === null ? writer.close() : new TextFeed(body, writer, options).run());
  return readable;
}

/**
 * Writes the text of a body, as it comes, into what cuts it into lines: a pipe would cost a third more. It reads into
 * one buffer again and again: without one, Deno's fetch makes 64 KB for each read, which is for each token, and that
 * costs more than all the rest of a token's way.
 */
class TextFeed {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #writer: WritableStreamDefaultWriter<string>;
  readonly #decoder = new TextDecoder();
  readonly #options: LineOptions;
  /** Of the line that has begun. */
  #lineBytes = 0;

  constructor(body: ReadableStream<Uint8Array>, writer: WritableStreamDefaultWriter<string>, options: LineOptions) {
    this.#reader = body.getReader({ mode: "byob" });
    this.#writer = writer;
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    // Deno's fetch forgets its signal once the Response is garbage, while the body is still being read: no abort would
    // reach a silent connection then. So the body is closed from here.
    const stop = () => this.#fail(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    // Rejects when nobody reads the lines any more, too.
    const closed = this.#writer.closed.catch(() => this.#reader.cancel()).catch(
      () => {/* It is closed: that is all. */},
    );
    try {
      await this.#writeAll();
    } catch (error) {
      this.#fail(error);
    }
    await closed;
    signal.removeEventListener("abort", stop);
  }

  async #writeAll(): Promise<void> {
    const { watchdog, skipsBlank, signal, onBegin } = this.#options;
    let buffer = new ArrayBuffer(READ_BYTES);
    for (let begun = false;; begun = true) {
      // The wait for the first bytes began with the request.
      if (begun) watchdog.begin(this.#options.idleMs);
      const { value, done } = await this.#reader.read(new Uint8Array(buffer));
      watchdog.end();
      if (!begun) onBegin?.();
      // What was closed from here looks as if it had come to its end.
      if (signal.aborted) return;
      if (done) break;
      buffer = value.buffer;
      this.#measure(value);
      const text = this.#decoder.decode(value, { stream: true });
      // Resolves when the lines that are in it are waited for.
      await this.#writer.write(skipsBlank ? withoutBlank(text) : text);
    }
    await this.#writer.write(this.#decoder.decode());
    await this.#writer.close();
  }

  #fail(error: unknown): void {
    this.#writer.abort(error).catch(() => {/* It has failed or ended already. */});
  }

  /** @throws {LlmError} when the line that has begun is too long */
  #measure(bytes: Uint8Array): void {
    const { maxLineBytes = MAX_LINE_BYTES, server } = this.#options;
    const last = bytes.lastIndexOf(LINE_FEED);
    // Where all of it has room in one line, the first end of a line is not looked for.
    const isClose = this.#lineBytes + bytes.length > maxLineBytes;
    if (isClose && this.#lineBytes + (last < 0 ? bytes.length : bytes.indexOf(LINE_FEED)) > maxLineBytes) {
      throw new LlmError("llm_failed", `${server} sent a line of more than ${Math.floor(maxLineBytes / 1e6)} MB`, {
        hint: "Try again, or start a new conversation",
      });
    }
    this.#lineBytes = last < 0 ? this.#lineBytes + bytes.length : bytes.length - 1 - last;
  }
}

/** Most pieces are one event, with its blank line at their end. */
function withoutBlank(text: string): string {
  const at = text.indexOf("\n\n");
  if (at < 0) return text;
  return at === text.length - 2 ? text.slice(0, -1) : text.replaceAll("\n\n", "\n");
}
