/** A browser for tests: time stands still until `advance()`, and sockets are opened, fed and lost by hand. */
import type { ClientFrame, ServerFrame, Status } from "@/lib/protocol/v2.ts";
import type { SocketEnvironment, SocketLike } from "./chat_socket.ts";

export const STATUS: Status = {
  provider: "ollama",
  server: "Ollama",
  model: "qwen2.5",
  modelPresent: true,
  host: "http://127.0.0.1:11434",
  reachable: true,
  away: false,
};

export class FakeSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: ClientFrame[] = [];
  readonly sounds: Uint8Array[] = [];
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  closed = false;

  constructor(readonly url: string, readonly protocol: string) {}

  send(data: string | Uint8Array): void {
    if (typeof data === "string") this.sent.push(JSON.parse(data));
    else this.sounds.push(data);
  }

  close(): void {
    this.closed = true;
  }

  /** The server accepts the connection. */
  accept(): void {
    this.onopen?.(new Event("open"));
  }

  receive(frame: ServerFrame): void {
    this.receiveText(JSON.stringify(frame));
  }

  receiveText(data: string): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  drop(code = 1006): void {
    this.onclose?.(new CloseEvent("close", { code }));
  }
}

export class FakeEnvironment implements SocketEnvironment {
  readonly sockets: FakeSocket[] = [];
  #now = 1_000_000;
  #timers: { at: number; callback: () => void }[] = [];
  readonly #wakers = new Set<() => void>();

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("Cannot give a socket: none was opened");
    return socket;
  }

  get wakers(): number {
    return this.#wakers.size;
  }

  connect(url: string, protocol: string): FakeSocket {
    const socket = new FakeSocket(url, protocol);
    this.sockets.push(socket);
    return socket;
  }

  now(): number {
    return this.#now;
  }

  schedule(callback: () => void, ms: number): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((other) => other !== timer);
  }

  random(): number {
    return 0.5;
  }

  onWake(callback: () => void): () => void {
    this.#wakers.add(callback);
    return () => this.#wakers.delete(callback);
  }

  wake(): void {
    for (const callback of this.#wakers) callback();
  }

  /** Lets time pass; timers that come due run in their order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** The machine sleeps: the clock goes on, and no timer runs. */
  sleep(ms: number): void {
    this.#now += ms;
  }
}

/** A storage in memory. */
export class FakeStorage {
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }

  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }
}

export function welcome(fields: Partial<ServerFrame & { type: "welcome" }> = {}): ServerFrame & { type: "welcome" } {
  return {
    type: "welcome",
    session: "s1",
    role: "owner",
    seq: 0,
    resumed: false,
    history: [],
    status: STATUS,
    ...fields,
  };
}
