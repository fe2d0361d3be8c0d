/** Asks Ollama over HTTP, each in the way that serves it best. */
import { type Answer, type Bytes, type Question, READ_BYTES } from "./answer.ts";
import { askLocally, isLocal } from "./local_http.ts";

/**
 * Asks Ollama over HTTP. No redirects are followed.
 *
 * The platform's `fetch` does it, for the sake of proxies and certificates. It takes every HTTP chunk, which is every
 * token, through queues and promises of its own; on this machine's own addresses, where tokens can come faster than
 * that, the connection is read directly.
 *
 * @throws {TypeError} when there is no connection, or no HTTP on it
 * @throws the reason of `signal`
 */
export async function ask(url: string, question: Question): Promise<Answer> {
  if (isLocal(url)) return await askLocally(url, question);
  return answerOf(await fetch(url, { ...question, redirect: "manual" }));
}

/** A response of the platform's as an answer. */
export function answerOf({ status, headers, body }: Response): Answer {
  return { status, headers, bytes: body === null ? NOTHING : new StreamBytes(body) };
}

const NOTHING: Bytes = { read: () => Promise.resolve(undefined), close() {} };

/** Reads into one buffer again and again: without one, the platform allocates 64 KB for each read. */
class StreamBytes implements Bytes {
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(READ_BYTES);

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader({ mode: "byob" });
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#reader.read(new Uint8Array(this.#buffer));
    if (value !== undefined) this.#buffer = value.buffer;
    return done ? undefined : value;
  }

  close(): void {
    void this.#reader.cancel().catch(() => {/* Closed already: that is all we want. */});
  }
}
