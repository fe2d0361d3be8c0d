/**
 * The page's one connection: comes up, stays up, comes back.
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
import { backoff } from "./backoff.ts";
import { parseServerFrame } from "@/lib/protocol/server_frame.ts";

/** From opening the line to the server's first frame. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The server pings an idle line every 15 s; after this much silence the line is dead. */
const SILENCE_MS = 40_000;

/**
 * - `idle`: not started
 * - `connecting`: the line is being opened, or the server has not said its first word
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
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** The world around the socket, so that tests can bring their own. */
export interface SocketEnvironment {
  connect(url: string, protocol: string): SocketLike;
  /** Milliseconds of a clock that goes on while the machine sleeps. */
  now(): number;
  /** Calls back once after `ms`; the returned function calls it off. */
  schedule(callback: () => void, ms: number): () => void;
  random(): number;
  /** Calls back when a lost line is worth a try at once: the browser came online, the tab became visible. */
  onWake(callback: () => void): () => void;
}

export interface SocketHandlers {
  /** The frame to open with, asked anew for each line. */
  hello(): ClientFrame;
  frame(frame: ServerFrame): void;
  change(connection: Connection): void;
  /** A frame that cannot be read. The line stays: the next frame may be a good one. */
  fault(error: SyntaxError): void;
}

export class ChatSocket {
  readonly #url: string;
  readonly #handlers: SocketHandlers;
  readonly #world: SocketEnvironment;
  #connection: Connection = { state: "idle" };
  #line: SocketLike | null = null;
  /** Grows with every line. A callback of an older line finds that its number is past, and does nothing. */
  #epoch = 0;
  /** Attempts since the server last said welcome: one that turns us away as soon as we come is not to be pestered. */
  #step = 0;
  #heardAt = 0;
  #cancelTimer: () => void = () => {};
  #forgetWake: () => void = () => {};

  constructor(url: string, handlers: SocketHandlers, world: SocketEnvironment = browserEnvironment()) {
    this.#url = url;
    this.#handlers = handlers;
    this.#world = world;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Opens the line and keeps it open until `dispose()`. */
  start(): void {
    if (this.#connection.state !== "idle") return;
    this.#forgetWake = this.#world.onWake(() => this.#wake());
    this.#open();
  }

  /** Sends when the line is open. False means that nothing was sent: the caller keeps what it has. */
  send(frame: ClientFrame): boolean {
    if (this.#connection.state !== "open" || this.#line === null) return false;
    this.#line.send(JSON.stringify(frame));
    return true;
  }

  /** Tries again now instead of at the end of the wait, also after a close for good. */
  retry(): void {
    if (this.#connection.state === "waiting" || this.#connection.state === "closed") this.#open();
  }

  dispose(): void {
    this.#forgetWake();
    this.#drop(1000, "The page has gone");
    this.#set({ state: "closed", code: 1000, reason: "" });
  }

  #open(): void {
    this.#drop(1000, "Superseded");
    const epoch = ++this.#epoch;
    const line = this.#world.connect(this.#url, SUBPROTOCOL);
    this.#line = line;
    line.onopen = () => {
      if (epoch === this.#epoch) line.send(JSON.stringify(this.#handlers.hello()));
    };
    line.onmessage = (event) => {
      if (epoch === this.#epoch) this.#hear(event.data);
    };
    line.onclose = (event) => {
      if (epoch === this.#epoch) this.#lost(event.code, event.reason);
    };
    this.#cancelTimer = this.#world.schedule(() => {
      if (epoch === this.#epoch) this.#lost(0, "The server did not answer in time");
    }, CONNECT_TIMEOUT_MS);
    this.#set({ state: "connecting" });
  }

  #hear(data: unknown): void {
    this.#heardAt = this.#world.now();
    if (this.#connection.state === "connecting") {
      this.#cancelTimer();
      this.#watch(SILENCE_MS);
      this.#set({ state: "open" });
    }
    let frame: ServerFrame | null;
    try {
      frame = parseServerFrame(data);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#handlers.fault(error);
      return;
    }
    if (frame?.type === "welcome") this.#step = 0;
    if (frame !== null && frame.type !== "ping") this.#handlers.frame(frame);
  }

  /** One timer for the whole silence instead of a new one at every frame. */
  #watch(ms: number): void {
    const epoch = this.#epoch;
    this.#cancelTimer = this.#world.schedule(() => {
      if (epoch !== this.#epoch) return;
      const left = this.#heardAt + SILENCE_MS - this.#world.now();
      if (left > 0) this.#watch(left);
      else this.#lost(0, "The server fell silent");
    }, ms);
  }

  #lost(code: number, reason: string): void {
    this.#drop(1000, reason);
    if (isFinal(code)) return this.#set({ state: "closed", code, reason });
    const wait = backoff(this.#step++, this.#world.random);
    const epoch = this.#epoch;
    this.#cancelTimer = this.#world.schedule(() => {
      if (epoch === this.#epoch) this.#open();
    }, wait);
    this.#set({ state: "waiting", retryAt: this.#world.now() + wait });
  }

  #wake(): void {
    if (this.#connection.state === "waiting") return this.#open();
    // After sleep the timers may not have run yet, and the line looks open.
    const silent = this.#world.now() - this.#heardAt >= SILENCE_MS;
    if (this.#connection.state === "open" && silent) this.#open();
  }

  /** Lets go of the line: nothing of it reaches us any more. */
  #drop(code: number, reason: string): void {
    this.#epoch++;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#line?.close(code, reason);
    this.#line = null;
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    this.#handlers.change(connection);
  }
}

/** Close codes 4400 to 4499 mean, like HTTP's 4xx, that the same attempt would fail again. */
export function isFinal(code: number): boolean {
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

/** The browser as the socket's world. */
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
