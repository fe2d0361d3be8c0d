/** Where the body of an HTTP/1.1 answer lies in the bytes of its connection (RFC 9112, sections 6 and 7). */

/** Takes the bytes of one body as they come. */
export interface BodyReader {
  /** Whether all of the body has come. */
  readonly ended: boolean;
  /**
   * Moves what belongs to the body to the front of `bytes`, and returns how much that is.
   *
   * @throws {TypeError} when the bytes are not framed as the head said
   */
  take(bytes: Uint8Array): number;
  /**
   * The connection has ended. Returns 0: there is no more.
   *
   * @throws {TypeError} when some of the body is missing
   */
  end(): number;
}

/** The reader that an answer's head asks for; undefined where it has no body. */
export function bodyReader(status: number, headers: Headers): BodyReader | undefined {
  if (status === 204 || status === 304) return undefined;
  if (/\bchunked$/i.test(headers.get("transfer-encoding") ?? "")) return new ChunkedBody();
  const length = headers.get("content-length");
  return length === null ? new OpenBody() : new SizedBody(sizeOf(length, 10));
}

/** A body that ends with its connection. */
class OpenBody implements BodyReader {
  ended = false;

  take(bytes: Uint8Array): number {
    return bytes.length;
  }

  end(): number {
    this.ended = true;
    return 0;
  }
}

/** A body of a known length. */
class SizedBody implements BodyReader {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get ended(): boolean {
    return this.#left === 0;
  }

  take(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#left);
    this.#left -= taken;
    return taken;
  }

  end(): number {
    if (!this.ended) throw brokeOff();
    return 0;
  }
}

const CR = 13;
const LF = 10;
/** More characters in a chunk's size, its extensions or a trailer are an attack. */
const MAX_LINE = 8 * 1024;

/** A body in chunks: `size LF bytes LF`, again and again, the last one of size 0, then trailers to an empty line. */
class ChunkedBody implements BodyReader {
  ended = false;
  #state: "size" | "data" | "after data" | "trailer" = "size";
  /** The line that has begun, in states where lines are read. */
  #line = "";
  /** Bytes that are missing in the chunk. */
  #left = 0;

  take(bytes: Uint8Array): number {
    let taken = 0;
    for (let at = 0; at < bytes.length && !this.ended;) {
      if (this.#state === "data") {
        const end = Math.min(bytes.length, at + this.#left);
        bytes.copyWithin(taken, at, end);
        taken += end - at;
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = "after data";
      } else {
        const byte = bytes[at++]!;
        if (byte === LF) this.#endLine();
        else if (byte !== CR) this.#line += String.fromCharCode(byte);
        if (this.#line.length > MAX_LINE) throw new TypeError("The answer's HTTP chunks have a line without an end");
      }
    }
    return taken;
  }

  end(): number {
    if (!this.ended) throw brokeOff();
    return 0;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (this.#state === "trailer") {
      this.ended = line === "";
    } else if (this.#state === "after data") {
      if (line !== "") throw new TypeError("A chunk of the answer is longer than its size says");
      this.#state = "size";
    } else {
      this.#left = sizeOf(line.split(";")[0]!, 16);
      this.#state = this.#left === 0 ? "trailer" : "data";
    }
  }
}

function sizeOf(text: string, radix: 10 | 16): number {
  const size = (radix === 10 ? /^\d+$/ : /^[\da-f]+$/i).test(text.trim()) ? parseInt(text, radix) : NaN;
  if (!Number.isSafeInteger(size)) throw new TypeError(`The answer's HTTP gives a size of ${JSON.stringify(text)}`);
  return size;
}

function brokeOff(): TypeError {
  return new TypeError("The connection was closed in the middle of an answer (unexpected end)");
}
