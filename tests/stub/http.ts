/**
 * HTTP/1.1 by hand over TCP. `Deno.serve` cannot cut a chunk at a chosen byte, end a body without its terminator
 * or hang up before an answer, and a stub has to do all of these.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TERMINATOR = encoder.encode("0\r\n\r\n");

const REASONS: Record<number, string> = {
  200: "OK",
  204: "No Content",
  301: "Moved Permanently",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

export interface HttpRequest {
  method: string;
  /** Path with its query, as it was sent. */
  path: string;
  headers: Headers;
  body: string;
}

/** One client's connection: requests in, raw bytes out, and a signal for the moment the client is gone. */
export class HttpConnection {
  readonly #conn: Deno.TcpConn;
  readonly #gone = new AbortController();
  #buffer: Uint8Array = new Uint8Array();
  #wake: (() => void) | undefined;
  readonly #pump: Promise<void>;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
    this.#pump = this.#readAll();
  }

  /** Aborts when the client closes, or only its sending half: Go's server takes both for gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Reads until the client is gone: only a pending read notices that. */
  async #readAll(): Promise<void> {
    const chunk = new Uint8Array(16_384);
    try {
      for (let size = await this.#conn.read(chunk); size !== null; size = await this.#conn.read(chunk)) {
        this.#buffer = join(this.#buffer, chunk.subarray(0, size));
        this.#wake?.();
      }
    } catch {
      // A reset by the client and our own close both end here, and both mean the same: nobody is listening.
    }
    this.#gone.abort();
    this.#wake?.();
  }

  /** The next request, or null when the client is gone. */
  async request(): Promise<HttpRequest | null> {
    const headEnd = await this.#until(() => isHttp(this.#buffer) ? indexOfHeadEnd(this.#buffer) : 0);
    if (headEnd === null) return null;
    if (headEnd === 0) {
      // Go's words for a handshake of TLS, or anything else that is no request.
      await this.write(encoder.encode("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request"));
      return null;
    }
    const [first = "", ...fields] = decoder.decode(this.#take(headEnd)).trimEnd().split("\r\n");
    const [method = "", path = ""] = first.split(" ");
    const headers = new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).trim(), field.slice(colon + 1).trim()];
    }));
    const body = headers.get("transfer-encoding") === "chunked"
      ? await this.#chunkedBody()
      : await this.#sizedBody(Number(headers.get("content-length") ?? 0));
    return body === null ? null : { method, path, headers, body };
  }

  async #sizedBody(size: number): Promise<string | null> {
    const ready = await this.#until(() => this.#buffer.length >= size ? size : -1);
    return ready === null ? null : decoder.decode(this.#take(size));
  }

  async #chunkedBody(): Promise<string | null> {
    let body: Uint8Array = new Uint8Array();
    while (true) {
      const lineEnd = await this.#until(() => this.#buffer.indexOf(10));
      if (lineEnd === null) return null;
      const size = parseInt(decoder.decode(this.#take(lineEnd + 1)), 16);
      const ready = await this.#until(() => this.#buffer.length >= size + 2 ? size : -1);
      if (ready === null) return null;
      body = join(body, this.#take(size));
      this.#take(2);
      if (size === 0) return decoder.decode(body);
    }
  }

  /** Waits until `find` gives a position in the buffer, or null when the client is gone first. */
  async #until(find: () => number): Promise<number | null> {
    while (true) {
      const position = find();
      if (position >= 0) return position;
      if (this.gone.aborted) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #take(size: number): Uint8Array {
    const taken = this.#buffer.slice(0, size);
    this.#buffer = this.#buffer.subarray(size);
    return taken;
  }

  /** Writes all of `bytes`; waits while the client does not read. False when the client is gone. */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (this.gone.aborted) return false;
    try {
      let sent = await this.#conn.write(bytes);
      while (sent < bytes.length) sent += await this.#conn.write(bytes.subarray(sent));
      return true;
    } catch {
      // The client went away in mid-write. That is for the caller to record, not a failure of the stub.
      this.#gone.abort();
      return false;
    }
  }

  /** A head for a chunked body of unknown length. */
  startStream(status: number, contentType: string): Promise<boolean> {
    return this.write(head(status, { "content-type": contentType, "transfer-encoding": "chunked" }));
  }

  endStream(): Promise<boolean> {
    return this.write(TERMINATOR);
  }

  /** A whole answer at once. `bodiless` for HEAD. */
  send(status: number, headers: Record<string, string>, body: string, bodiless = false): Promise<boolean> {
    const bytes = encoder.encode(body);
    const top = head(status, { ...headers, "content-length": String(bytes.length) });
    return this.write(bodiless ? top : join(top, bytes));
  }

  /** Hangs up. While bytes of the client lie unread the kernel makes a reset of it. */
  async close(): Promise<void> {
    try {
      this.#conn.close();
    } catch {
      // Already closed by the client.
    }
    await this.#pump;
  }
}

function head(status: number, headers: Record<string, string>): Uint8Array {
  const fields = Object.entries({ ...headers, date: new Date().toUTCString() }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return encoder.encode(`HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n${fields.join("")}\r\n`);
}

/** A request begins with its method; a handshake of TLS with 0x16. */
function isHttp(bytes: Uint8Array): boolean {
  const first = bytes[0];
  return first === undefined || (first >= 65 && first <= 90);
}

function indexOfHeadEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  return -1;
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right.slice();
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
