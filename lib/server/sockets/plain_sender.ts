import { dropSocket } from "./listen.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Bytes that may wait in a socket before further ones wait here, where they can be dropped. */
const HIGH_WATER = 256 * 1024;
/** How often a busy socket is looked at again, ms: soon at first, then ever less. */
const RETRY_MS = { least: 5, most: 160 };
/** How long nothing at all may leave a busy socket before it is given up, ms. */
const STUCK_MS = 30_000;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;

export interface PlainSenderOptions {
  /** Bytes that may wait for a client that reads slowly. */
  backlogBytes: number;
  /** The client does not read, and its socket has been closed. */
  onGivenUp(): void;
}

/**
 * Sends messages in order, each in a frame of its own as the plain protocol has it. What a slow client has not read
 * waits here, up to a limit. A stuck socket holds on to what was put into it for as long as the client stays
 * connected, even when it is closed: therefore it gets little at a time.
 */
export class PlainSender {
  readonly #socket: WebSocket;
  readonly #options: PlainSenderOptions;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = RETRY_MS.least;
  /** What was in the socket when it was last looked at, and since when it has not become less. */
  #stuck = { amount: Infinity, since: 0 };

  constructor(socket: WebSocket, options: PlainSenderOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Never throws: a socket that takes nothing is given up. */
  send(message: PlainMessage): void {
    this.#guarded(() => this.#put(message));
  }

  #put(message: PlainMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const text = JSON.stringify(message);
    if (this.#waiting.length === 0 && this.#socket.bufferedAmount <= HIGH_WATER) return this.#socket.send(text);
    if (this.#waiting.length === 0) this.#stuck = { amount: Infinity, since: performance.now() };
    this.#waiting.push(text);
    // At most three bytes a character; exact enough for a limit.
    this.#waitingBytes += text.length;
    if (this.#waitingBytes > this.#options.backlogBytes) return this.#giveUp();
    this.#timer ??= this.#later();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #pump(): void {
    this.#timer = undefined;
    if (this.#socket.readyState !== WebSocket.OPEN) return this.dispose();
    let sent = 0;
    while (sent < this.#waiting.length && this.#socket.bufferedAmount <= HIGH_WATER) {
      const text = this.#waiting[sent++]!;
      this.#waitingBytes -= text.length;
      this.#socket.send(text);
    }
    this.#waiting.splice(0, sent);
    if (this.#waiting.length === 0) return;
    if (this.#isStuck(sent > 0)) return this.#giveUp();
    this.#timer = this.#later();
  }

  #later(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#guarded(() => this.#pump()), this.#retryMs);
  }

  /** Watches what is in the socket; true when nothing has left it for too long. */
  #isStuck(progress: boolean): boolean {
    const amount = this.#socket.bufferedAmount;
    if (progress || amount < this.#stuck.amount) {
      this.#stuck.since = performance.now();
      this.#retryMs = RETRY_MS.least;
    } else {
      this.#retryMs = Math.min(RETRY_MS.most, this.#retryMs * 2);
    }
    this.#stuck.amount = amount;
    return performance.now() - this.#stuck.since > STUCK_MS;
  }

  #guarded(run: () => void): void {
    guarded("send to a plain client", run, () => {
      this.dispose();
      this.#options.onGivenUp();
      dropSocket(this.#socket);
    });
  }

  #giveUp(): void {
    this.dispose();
    this.#socket.close(TRY_AGAIN_LATER, "Nothing was read for too long");
    this.#options.onGivenUp();
  }
}
