type DenoWebSocket = new (
  url: string,
  options: { protocols: string[]; headers: Record<string, string> },
) => WebSocket;

/** A WebSocket client for tests: keeps what it hears, and lets a test wait for it. */
import { PATIENCE, within } from "./until.ts";

export class SocketClient<Message extends { type: string }> {
  readonly received: Message[] = [];
  /** How long anything is waited for, ms. */
  patience = PATIENCE;
  readonly #socket: WebSocket;
  #changed: (() => void)[] = [];
  #closed: CloseEvent | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      this.received.push(JSON.parse(event.data));
      this.#tell();
    });
    socket.addEventListener("close", (event) => {
      this.#closed = event;
      this.#tell();
    });
  }

  /** Resolves when the socket is open. `headers`: what a browser would send along, such as cookies. */
  static async open<Message extends { type: string }>(
    url: string,
    protocol?: string,
    headers: Record<string, string> = {},
  ): Promise<SocketClient<Message>> {
    const protocols = protocol === undefined ? [] : [protocol];
    // The types of the browser, which come first here, know no headers.
    const socket = new (WebSocket as unknown as DenoWebSocket)(url, { protocols, headers });
    const client = new SocketClient<Message>(socket);
    const open = new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error(`Cannot open ${url}`)), { once: true });
    });
    await within(`a socket at ${url}`, open);
    return client;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(frame: unknown): void {
    if (frame instanceof Uint8Array) this.#socket.send(new Uint8Array(frame));
    else this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The first message from number `from` on that is of this type, as soon as it is there. */
  async next<Type extends Message["type"]>(type: Type, from = 0): Promise<Extract<Message, { type: Type }>> {
    const found = await this.first((message) => message.type === type, from, type);
    return found as Extract<Message, { type: Type }>;
  }

  /** The first message from number `from` on that is the one looked for, as soon as it is there. */
  async first(isIt: (message: Message) => boolean, from = 0, what = "message looked for"): Promise<Message> {
    const wait = async (): Promise<Message> => {
      for (;;) {
        const found = this.received.slice(from).find(isIt);
        if (found !== undefined) return found;
        if (this.#closed !== undefined) {
          throw new Error(`The socket closed (${this.#closed.code}) before a ${what} came`);
        }
        await new Promise<void>((resolve) => this.#changed.push(resolve));
      }
    };
    const seen = () =>
      `${what} after ${this.received.length} messages, the last ${JSON.stringify(this.received.at(-1))}`;
    return await within(seen, wait(), this.patience);
  }

  /** Resolves with the close event, when the other side has closed. */
  async closed(): Promise<CloseEvent> {
    const wait = async (): Promise<CloseEvent> => {
      while (this.#closed === undefined) await new Promise<void>((resolve) => this.#changed.push(resolve));
      return this.#closed;
    };
    return await within("the socket is closed", wait(), this.patience);
  }

  /** Closes and waits until it is done. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.closed();
  }

  #tell(): void {
    this.#changed.splice(0).forEach((resolve) => resolve());
  }
}
