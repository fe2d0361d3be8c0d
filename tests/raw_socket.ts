/** A WebSocket by hand, for clients that do not care what the server says. */
import { within } from "./until.ts";

const TEXT = 0x81;
const BINARY = 0x82;
/** The bit by which a client says that its frames are masked; the mask of these is zero. */
const MASKED = 0x80;
/** Bytes that are written at once where a frame is sent many times. */
const PIECE = 256 * 1024;

export class RawSocket implements Disposable {
  readonly #connection: Deno.Conn;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(url: string, protocol: string): Promise<RawSocket> {
    const { hostname, port, host, pathname } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      `host: ${host}`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
      `sec-websocket-protocol: ${protocol}`,
    ];
    await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    const granted = await within("the upgrade", connection.read(new Uint8Array(4_096)));
    if (granted === null) throw new Error(`Cannot open ${url}: the server closed the connection`);
    return new RawSocket(connection);
  }

  async send(frame: object): Promise<void> {
    await this.#write(frameOf(TEXT, new TextEncoder().encode(JSON.stringify(frame))));
  }

  /**
   * Sends a binary frame again and again, whatever the server says to it.
   *
   * @returns how many have gone out before the server left
   */
  async flood(frame: Uint8Array, count: number): Promise<number> {
    const bytes = frameOf(BINARY, frame);
    const together = Math.max(1, Math.floor(PIECE / bytes.length));
    const piece = new Uint8Array(bytes.length * together);
    for (let index = 0; index < together; index++) piece.set(bytes, index * bytes.length);
    for (let sent = 0; sent < count; sent += together) {
      try {
        await this.#write(piece);
      } catch (error) {
        const hasLeft = error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
        if (hasLeft) return sent;
        throw error;
      }
    }
    return count;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await this.#connection.write(bytes.subarray(written));
  }
}

/** One masked frame, final. */
function frameOf(kind: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const long = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + long + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = kind;
  frame[1] = MASKED | (long === 0 ? length : long === 2 ? 126 : 127);
  if (long === 2) view.setUint16(2, length);
  if (long === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + long + 4);
  return frame;
}
