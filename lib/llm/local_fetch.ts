/** A fetch for answers that come from this machine in thousands of small pieces. */
import { type BodyReader, bodyReader } from "./http_body.ts";

/** As much is read at once, in bytes, where the reader brings no buffer of its own. */
const READ_BYTES = 16 * 1024;
/** A longer head is no answer of Ollama's. */
const MAX_HEAD_BYTES = 64 * 1024;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const LF = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * `fetch`, as far as asking a model on this machine needs it: a body of text, no redirects followed, and an answer
 * that is handed on with all that has come at once. Everything else is left to the platform's own.
 *
 * The platform's takes every HTTP chunk, which is every token, through a queue and a promise of its own. Here whatever
 * one read of the connection brings is taken apart at once, in the reader's own buffer: the more tokens come, the less
 * one of them costs. HTTP/1.1 as RFC 9112 has it, one connection for one answer.
 *
 * @throws {TypeError} when there is no connection, or no HTTP on it; the body fails with one when it breaks off
 * @throws the reason of `init.signal`, when it is aborted
 */
export async function localFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  if (input instanceof Request || url.protocol !== "http:" || !LOOPBACK.test(url.hostname)) return fetch(input, init);
  const signal = init.signal ?? undefined;
  signal?.throwIfAborted();
  const connection = new Connection(await connect(url, signal), signal);
  try {
    await connection.write(requestOf(url, init));
    return await connection.response();
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Deno's own connecting cannot be aborted everywhere: a connection that comes too late is closed. */
async function connect(url: URL, signal: AbortSignal | undefined): Promise<Deno.TcpConn> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const connecting = Deno.connect({ hostname: url.hostname.replace(/[[\]]/g, ""), port: Number(url.port || 80) });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (cause) {
    if (!signal?.aborted) throw new TypeError(`Cannot connect to ${url.host}: ${(cause as Error).message}`, { cause });
    connecting.then((conn) => conn.close(), () => {/* There is nothing to close. */});
    throw cause;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function requestOf(url: URL, { method = "GET", headers, body }: RequestInit): Uint8Array<ArrayBuffer> {
  const content = encoder.encode(body === undefined || body === null ? "" : String(body));
  const fields = new Headers(headers);
  fields.set("host", url.host);
  fields.set("connection", "close");
  if (content.length > 0) fields.set("content-length", String(content.length));
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...[...fields].map((field) => field.join(": "))];
  const head = encoder.encode(`${lines.join("\r\n")}\r\n\r\n`);
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

/** One question and its answer. It closes itself when the answer has ended, in whatever way. */
class Connection {
  readonly #conn: Deno.TcpConn;
  readonly #signal: AbortSignal | undefined;
  /** What has come and has not been taken yet. */
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  #closed = false;

  constructor(conn: Deno.TcpConn, signal: AbortSignal | undefined) {
    this.#conn = conn;
    this.#signal = signal;
    signal?.addEventListener("abort", this.close, { once: true });
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#or("sending", this.#conn.write(bytes.subarray(sent)));
    }
  }

  async response(): Promise<Response> {
    for (;;) {
      const { status, headers } = parseHead(await this.#head());
      // 1xx only announces that there is more to come.
      if (status < 200) continue;
      const body = bodyReader(status, headers);
      if (body === undefined) this.close();
      return new Response(body === undefined ? null : this.#stream(body), { status, headers });
    }
  }

  readonly close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.close);
    this.#conn.close();
  };

  async #head(): Promise<string> {
    let bytes = this.#rest;
    for (;;) {
      const end = endOfHead(bytes);
      if (end !== undefined) {
        this.#rest = bytes.slice(end);
        return decoder.decode(bytes.subarray(0, end - HEAD_END.length));
      }
      if (bytes.length > MAX_HEAD_BYTES) throw new TypeError("The answer's HTTP head does not end");
      const buffer = new Uint8Array(READ_BYTES);
      const count = await this.#or("reading", this.#conn.read(buffer)) ?? 0;
      if (count === 0) throw new TypeError("The connection was closed before an answer came (unexpected end)");
      bytes = concat(bytes, buffer.subarray(0, count));
    }
  }

  #stream(body: BodyReader): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: READ_BYTES,
      pull: async (controller) => {
        const request = controller.byobRequest!;
        const view = request.view as Uint8Array<ArrayBuffer>;
        try {
          for (;;) {
            const count = await this.#read(view);
            const taken = count === 0 ? body.end() : body.take(view.subarray(0, count));
            if (taken > 0) return request.respond(taken);
            if (body.ended) break;
          }
          this.close();
          controller.close();
          // A read into a buffer of the reader's own waits for this answer.
          request.respond(0);
        } catch (error) {
          this.close();
          controller.error(error);
        }
      },
      cancel: this.close,
    });
  }

  /** Reads what there is, what was read before first. 0 at the end. */
  async #read(into: Uint8Array<ArrayBuffer>): Promise<number> {
    if (this.#rest.length === 0) return await this.#or("reading", this.#conn.read(into)) ?? 0;
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async #or<T>(doing: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      this.#signal?.throwIfAborted();
      throw new TypeError(`The connection broke while ${doing}: ${(cause as Error).message}`, { cause });
    }
  }
}

const HEAD_END = "\r\n\r\n";

/** Where the body begins; undefined where the head goes on. */
function endOfHead(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    const end = at + 1;
    if (decoder.decode(bytes.subarray(Math.max(0, end - HEAD_END.length), end)) === HEAD_END) return end;
  }
  return undefined;
}

function parseHead(head: string): { status: number; headers: Headers } {
  const [first = "", ...fields] = head.split("\r\n");
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new TypeError(`The answer is no HTTP (${JSON.stringify(first.slice(0, 100))})`);
  const headers = new Headers();
  for (const field of fields) {
    const colon = field.indexOf(":");
    headers.append(field.slice(0, Math.max(0, colon)), field.slice(colon + 1).trim());
  }
  return { status: Number(status), headers };
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}
