/**
 * A WebSocket client that costs nearly nothing: it reads as much as there is at once and never copies or decodes a
 * frame. A measuring client shares the machine with what it measures, so it must not be the thing that is measured.
 */

const encoder = new TextEncoder();
const BUFFER = 64 * 1024;

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class RawSocket {
  readonly #conn: Deno.TcpConn;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER);
  /** Unread bytes are those from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #closed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Resolves when the socket is open. */
  static async open(address: string, protocol?: string): Promise<RawSocket> {
    const url = new URL(address);
    const conn = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    conn.setNoDelay(true);
    const socket = new RawSocket(conn);
    const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    const offer = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
    await socket.#write(encoder.encode(
      `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${offer}\r\n`,
    ));
    const head = await socket.#readHead();
    if (!head.startsWith("HTTP/1.1 101")) throw new Error(`Cannot open ${address}: ${head.split("\r\n")[0]}`);
    return socket;
  }

  /** Sends one text frame. */
  async send(text: string): Promise<void> {
    await this.#frame(TEXT, encoder.encode(text));
  }

  /** Hands on every text frame until either side closes. A payload is only good until `take` returns. */
  async read(take: (payload: Uint8Array) => void): Promise<void> {
    do {
      this.#takeFrames(take);
    } while (await this.#more());
  }

  /** Takes leave, and hangs up. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#leave();
  }

  async #leave(): Promise<void> {
    try {
      // Whom it is not told a server keeps for a while, beside those that are measured next.
      await this.#conn.write(Uint8Array.of(128 | CLOSE, 128, 0, 0, 0, 0));
    } catch {
      // The server has left before.
    }
    this.#conn.close();
  }

  /** Reads what there is; false when there will be no more. */
  async #more(): Promise<boolean> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    if (this.#closed) return false;
    try {
      const count = await this.#conn.read(this.#buffer.subarray(this.#end));
      if (count === null) this.close();
      this.#end += count ?? 0;
      return count !== null;
    } catch (error) {
      // Closed here while a read was pending, which is how a measurement ends.
      if (this.#closed) return false;
      throw error;
    }
  }

  async #readHead(): Promise<string> {
    for (;;) {
      const text = new TextDecoder().decode(this.#buffer.subarray(0, this.#end));
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#start = end + 4;
        return text.slice(0, end);
      }
      if (!await this.#more()) throw new Error("Cannot open a socket: the server hung up");
    }
  }

  #takeFrames(take: (payload: Uint8Array) => void): void {
    const buffer = this.#buffer;
    while (this.#end - this.#start >= 2) {
      const opcode = buffer[this.#start]! & 15;
      let size = buffer[this.#start + 1]! & 127;
      let head = 2;
      if (size === 126) {
        head = 4;
        size = buffer[this.#start + 2]! * 256 + buffer[this.#start + 3]!;
      } else if (size === 127) {
        head = 10;
        size = new DataView(buffer.buffer).getUint32(this.#start + 6);
      }
      // A head that is cut off counts its size from stale bytes, but then the frame is not whole either way.
      if (this.#end - this.#start < head + size) return;
      const payload = buffer.subarray(this.#start + head, this.#start + head + size);
      this.#start += head + size;
      if (opcode === TEXT) take(payload);
      else if (opcode === PING) void this.#frame(PONG, payload.slice());
      else if (opcode === CLOSE) this.close();
    }
  }

  async #frame(opcode: number, payload: Uint8Array): Promise<void> {
    const long = payload.length > 125;
    if (payload.length > 0xffff) {
      throw new RangeError(`Cannot send ${payload.length} bytes in one frame: 65535 at most`);
    }
    const head = long
      ? [128 | opcode, 128 | 126, payload.length >> 8, payload.length & 255]
      : [128 | opcode, 128 | payload.length];
    // A mask of zeros leaves the payload as it is.
    const frame = new Uint8Array(head.length + 4 + payload.length);
    frame.set(head);
    frame.set(payload, head.length + 4);
    await this.#write(frame);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return;
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }
}
