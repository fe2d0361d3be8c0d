/** HTTP with a program on this machine: whatever one read of the connection brings is taken apart at once. */
import { Buffer } from "node:buffer";
import { HTTPParser } from "http-parser-js";
import { type Answer, type Bytes, type Question, READ_BYTES } from "./answer.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** What tells the parser that no body follows a head. */
const WITHOUT_BODY = 1;
const encoder = new TextEncoder();

/** Whether an address is one of this machine's own, without TLS. */
export function isLocal(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && LOOPBACK.test(hostname);
}

/**
 * Asks on a connection of its own, which ends with the answer.
 *
 * @throws {TypeError} when there is no connection, or no HTTP on it
 * @throws the reason of `signal`
 */
export async function askLocally(address: string, question: Question): Promise<Answer> {
  question.signal.throwIfAborted();
  const url = new URL(address);
  const exchange = new Exchange(await connect(url, question.signal), question.signal);
  try {
    await exchange.send(requestOf(url, question));
    return { ...await exchange.head(), bytes: exchange };
  } catch (error) {
    exchange.close();
    throw error;
  }
}

/** Deno's own connecting cannot be aborted everywhere: a connection that comes too late is closed. */
async function connect({ hostname, port, host }: URL, signal: AbortSignal): Promise<Deno.TcpConn> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const connecting = Deno.connect({ hostname: hostname.replace(/[[\]]/g, ""), port: Number(port || 80) });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (cause) {
    if (!signal.aborted) throw new TypeError(`Cannot connect to ${host}: ${(cause as Error).message}`, { cause });
    connecting.then((conn) => conn.close(), () => {/* There is nothing to close. */});
    throw cause;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function requestOf({ host, pathname, search }: URL, { method, headers, body = "" }: Question): Uint8Array {
  const fields = { ...headers, host, connection: "close", "content-length": String(encoder.encode(body).length) };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return encoder.encode(`${method} ${pathname}${search} HTTP/1.1\r\n${head.join("")}\r\n${body}`);
}

type Head = Pick<Answer, "status" | "headers">;

/** One question and its answer. It closes itself when the answer has ended, in whatever way. */
class Exchange implements Bytes {
  readonly #conn: Deno.TcpConn;
  readonly #signal: AbortSignal;
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #buffer = Buffer.alloc(READ_BYTES);
  #head: Head | undefined;
  /** What the last read has brought of the body: no more than was read. */
  readonly #body = new Uint8Array(READ_BYTES);
  #bodyBytes = 0;
  #ended = false;
  #closed = false;

  constructor(conn: Deno.TcpConn, signal: AbortSignal) {
    this.#conn = conn;
    this.#signal = signal;
    signal.addEventListener("abort", this.close, { once: true });
    const parser = this.#parser;
    parser.onHeadersComplete = ({ statusCode: status, headers }) => {
      // 1xx only announces that there is more to come.
      if (status < 200) return WITHOUT_BODY;
      const pairs = Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!, headers[2 * i + 1]!]);
      this.#head = { status, headers: new Headers(pairs as [string, string][]) };
      return status === 204 || status === 304 ? WITHOUT_BODY : undefined;
    };
    parser.onBody = (bytes, offset, length) => {
      this.#body.set(bytes.subarray(offset, offset + length), this.#bodyBytes);
      this.#bodyBytes += length;
    };
    parser.onMessageComplete = () => {
      this.#ended = this.#head !== undefined;
    };
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#doing("sending", this.#conn.write(bytes.subarray(sent)));
    }
  }

  async head(): Promise<Head> {
    while (this.#head === undefined) await this.#receive();
    return this.#head;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      while (this.#bodyBytes === 0 && !this.#ended) await this.#receive();
    } catch (error) {
      this.close();
      throw error;
    }
    if (this.#bodyBytes === 0) return this.close();
    const bytes = this.#body.subarray(0, this.#bodyBytes);
    this.#bodyBytes = 0;
    return bytes;
  }

  readonly close = (): undefined => {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal.removeEventListener("abort", this.close);
    this.#conn.close();
  };

  async #receive(): Promise<void> {
    const count = await this.#doing("reading", this.#conn.read(this.#buffer));
    const result = count === null ? this.#parser.finish() : this.#parser.execute(this.#buffer, 0, count);
    if (count === null && !this.#ended) throw new TypeError("The connection was closed too early (unexpected end)");
    if (result instanceof Error) {
      throw new TypeError(`The answer is no HTTP: ${result.message}`, { cause: result });
    }
  }

  async #doing<T>(what: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      this.#signal.throwIfAborted();
      throw new TypeError(`The connection broke while ${what}: ${(cause as Error).message}`, { cause });
    }
  }
}
