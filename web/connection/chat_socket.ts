/**
 * The page's one WebSocket: connects, notices when the connection is dead, and reconnects.
 *
 * ```text
 * idle ─start─▶ connecting ─first frame─▶ open
 *                  ▲   │                    │
 *      wait over,  │   └──lost, too slow────┤ lost, silent
 *      woken       │                        ▼
 *                  └───────────────────  waiting        any ─dispose, close code 4400-4499─▶ closed
 * ```
 */
import { type ClientFrame, type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { retryDelay } from "./retry_delay.ts";
import { parseServerFrame } from "@/lib/protocol/server_frame.ts";

/** From opening the socket to the server's first frame. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Bytes that may wait to be sent: what is heard half a second late is of no use to anybody. */
const MOST_SOUND_WAITING = 16 * 1024;
/** The server pings an idle connection every 15 s; after this much silence it is taken for dead. */
const SILENCE_TIMEOUT_MS = 40_000;

/**
 * - `idle`: not started
 * - `connecting`: the socket is being opened, or the server has not sent its first frame
 * - `open`: frames go both ways
 * - `waiting`: for the next attempt, at `retryAt`
 * - `closed`: for good, by `dispose()` or by a close code that says that trying again is of no use
 */
export type Connection =
  | { state: "idle" | "connecting" | "open" }
  | { state: "waiting"; /** Time of the next attempt, as `now` counts. */ retryAt: number }
  | { state: "closed"; code: number; reason: string };

/** What the socket needs of a WebSocket. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  readonly readyState: number;
  /** Bytes that have not gone out yet. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** What the socket needs of the browser, so that tests can bring their own. */
export interface SocketEnvironment {
  connect(url: string, protocol: string): SocketLike;
  /** Milliseconds of a clock that goes on while the machine sleeps. */
  now(): number;
  /** Calls back once after `ms`; the returned function calls it off. */
  schedule(callback: () => void, ms: number): () => void;
  random(): number;
  /** Calls back when reconnecting is worth a try at once: the browser came online, the tab became visible. */
  onWake(callback: () => void): () => void;
}

export interface SocketHandlers {
  /** The frame to open with, asked for anew with each connection. */
  hello(): ClientFrame;
  onFrame(frame: ServerFrame): void;
  onConnection(connection: Connection): void;
  /** A frame that cannot be read. The connection stays: the next frame may be a good one. */
  onInvalidFrame(error: SyntaxError): void;
}

export class ChatSocket {
  readonly #url: string;
  readonly #handlers: SocketHandlers;
  readonly #environment: SocketEnvironment;
  #connection: Connection = { state: "idle" };
  #socket: SocketLike | null = null;
  /** Number of the socket. A callback of an older one finds that its number has passed, and does nothing. */
  #epoch = 0;
  /** Attempts since the last welcome: a server that refuses at once is asked less and less often. */
  #failedAttempts = 0;
  #lastFrameAt = 0;
  #cancelTimer: () => void = () => {};
  #stopWatchingWake: () => void = () => {};

  constructor(url: string, handlers: SocketHandlers, environment: SocketEnvironment = browserEnvironment()) {
    this.#url = url;
    this.#handlers = handlers;
    this.#environment = environment;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Connects, and reconnects until `dispose()`. */
  start(): void {
    if (this.#connection.state !== "idle") return;
    this.#stopWatchingWake = this.#environment.onWake(() => this.#onWake());
    this.#open();
  }

  /** Sends a frame when the connection is open. False: nothing was sent, the caller keeps it. */
  send(frame: ClientFrame): boolean {
    const line = this.#line;
    if (line === null) return false;
    line.send(JSON.stringify(frame));
    return true;
  }

  /** Sends sound. Where it cannot go out at once it is dropped: false. */
  sendSound(frame: Uint8Array<ArrayBuffer>): boolean {
    const line = this.#line;
    if (line === null || line.bufferedAmount > MOST_SOUND_WAITING) return false;
    line.send(frame);
    return true;
  }

  /** The socket, where anything can go out on it. */
  get #line(): SocketLike | null {
    const isWelcome = this.#connection.state === "open";
    return isWelcome && this.#socket !== null && isOpen(this.#socket) ? this.#socket : null;
  }

  /** Tries again now instead of at the end of the wait, also after a close for good. */
  retry(): void {
    if (this.#connection.state === "waiting" || this.#connection.state === "closed") this.#open();
  }

  dispose(): void {
    this.#stopWatchingWake();
    this.#closeSocket(1000, "The page has gone");
    this.#setConnection({ state: "closed", code: 1000, reason: "" });
  }

  #open(): void {
    this.#closeSocket(1000, "Superseded");
    const epoch = ++this.#epoch;
    const socket = this.#environment.connect(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => {
      if (epoch === this.#epoch && isOpen(socket)) socket.send(JSON.stringify(this.#handlers.hello()));
    };
    socket.onmessage = (event) => {
      if (epoch === this.#epoch) this.#receive(event.data);
    };
    socket.onclose = (event) => {
      if (epoch === this.#epoch) this.#onLost(event.code, event.reason);
    };
    this.#cancelTimer = this.#environment.schedule(() => {
      if (epoch === this.#epoch) this.#onLost(0, "The server did not answer in time");
    }, CONNECT_TIMEOUT_MS);
    this.#setConnection({ state: "connecting" });
  }

  #receive(data: unknown): void {
    this.#lastFrameAt = this.#environment.now();
    if (this.#connection.state === "connecting") {
      this.#cancelTimer();
      this.#watchForSilence(SILENCE_TIMEOUT_MS);
      this.#setConnection({ state: "open" });
    }
    let frame: ServerFrame | null;
    try {
      frame = parseServerFrame(data);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#handlers.onInvalidFrame(error);
      return;
    }
    if (frame?.type === "welcome") this.#failedAttempts = 0;
    if (frame !== null && frame.type !== "ping") this.#handlers.onFrame(frame);
  }

  /** One timer for the whole silence instead of a new one at every frame. */
  #watchForSilence(ms: number): void {
    const epoch = this.#epoch;
    this.#cancelTimer = this.#environment.schedule(() => {
      if (epoch !== this.#epoch) return;
      const left = this.#lastFrameAt + SILENCE_TIMEOUT_MS - this.#environment.now();
      if (left > 0) this.#watchForSilence(left);
      else this.#onLost(0, "The server fell silent");
    }, ms);
  }

  #onLost(code: number, reason: string): void {
    this.#closeSocket(1000, reason);
    if (isPermanentClose(code)) return this.#setConnection({ state: "closed", code, reason });
    const wait = retryDelay(this.#failedAttempts++, this.#environment.random);
    const epoch = this.#epoch;
    this.#cancelTimer = this.#environment.schedule(() => {
      if (epoch === this.#epoch) this.#open();
    }, wait);
    this.#setConnection({ state: "waiting", retryAt: this.#environment.now() + wait });
  }

  #onWake(): void {
    if (this.#connection.state === "waiting") return this.#open();
    // After sleep the timers may not have run yet, and the connection looks open.
    const silent = this.#environment.now() - this.#lastFrameAt >= SILENCE_TIMEOUT_MS;
    if (this.#connection.state === "open" && silent) this.#open();
  }

  /** Closes the socket and ignores whatever still comes from it. */
  #closeSocket(code: number, reason: string): void {
    this.#epoch++;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#socket?.close(code, reason);
    this.#socket = null;
  }

  #setConnection(connection: Connection): void {
    this.#connection = connection;
    this.#handlers.onConnection(connection);
  }
}

/** Whether anything can go out. A page that wakes may do much before its browser tells that the line has ended. */
function isOpen({ readyState }: SocketLike): boolean {
  return readyState === WebSocket.OPEN;
}

/** Close codes 4400 to 4499 mean, like HTTP's 4xx, that the same attempt would fail again. */
export function isPermanentClose(code: number): boolean {
  return code >= 4400 && code <= 4499;
}

/**
 * The socket's address as this page must call it: the page's own scheme and host, so that localhost, another
 * port, a proxy and https all work, and the path of `backendWsUrl`.
 */
export function socketUrl(backendWsUrl: string, page: { protocol: string; host: string }): string {
  const { pathname, search } = new URL(backendWsUrl);
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}${pathname}${search}`;
}

/** The real browser. */
export function browserEnvironment(): SocketEnvironment {
  return {
    connect: (url, protocol) => new WebSocket(url, protocol),
    now: () => Date.now(),
    schedule(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    onWake(callback) {
      const whenVisible = () => {
        if (document.visibilityState === "visible") callback();
      };
      addEventListener("online", callback);
      document.addEventListener("visibilitychange", whenVisible);
      return () => {
        removeEventListener("online", callback);
        document.removeEventListener("visibilitychange", whenVisible);
      };
    },
  };
}
