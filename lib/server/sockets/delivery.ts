/** Sends a conversation's frames by one socket, joined when the socket is busy, without a queue of its own. */
import type { OpenConversation } from "@/lib/chat/open_conversation.ts";
import type { Watcher } from "@/lib/chat/turn_journal.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { dropSocket, sendText } from "./listen.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { Passes } from "@/lib/passes.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Bytes that may wait in a socket before nothing more is put in. */
export const HIGH_WATER = 64 * 1024;
/**
 * A pass over the sockets is followed by a rest, the longer the more of them it has served, but no longer than a frame of
 * the screen: under load tokens are joined, and the time that saves goes into reading them, for to send a frame costs as
 * much as to read a token. A few sockets never wait.
 */
const REST_MS = { each: 0.1, most: 10 };
/** So long after the last pass there is nothing to join with, ms: what comes then is sent where it comes. */
const QUIET_MS = 5;
/** How often a busy socket is looked at again, ms. */
const RETRY_MS = 5;
/** How long a socket may stay busy before it is given up, ms. The turn goes on without it. */
const STUCK_MS = 30_000;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;

export interface DeliveryOptions {
  conversation: OpenConversation;
  /** Position in the conversation's log from which on frames are missing at the other end. */
  position: number;
  /** Sends the whole conversation, for a client whose position is no longer in the log. */
  welcome(): void;
}

/**
 * Sends what is new, soon after it came. What comes after a silence goes out at once; tokens that arrive in one turn of
 * the event loop, while others are being sent, or while the socket still holds unsent bytes, as one frame.
 */
export class Delivery implements Watcher {
  readonly #socket: WebSocket;
  readonly #conversation: OpenConversation;
  readonly #welcome: () => void;
  #position: number;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #busySince: number | undefined;

  constructor(socket: WebSocket, options: DeliveryOptions) {
    this.#socket = socket;
    this.#conversation = options.conversation;
    this.#position = options.position;
    this.#welcome = options.welcome;
    this.#conversation.watchers.add(this);
    passes.add(this);
  }

  wake(joined = false): void {
    if (joined) passes.addAtOnce(this);
    else if (passes.isQuiet(QUIET_MS)) passes.serve([this]);
    else passes.add(this);
  }

  restart(): void {
    this.#guarded(() => {
      this.#position = this.#conversation.log.kept;
      this.#welcome();
    });
  }

  notice(error: TurnError): void {
    this.#guarded(() => sendFrame(this.#socket, { type: "error", ...error }));
  }

  /** Sends everything that is new, unless the socket is busy. Never throws. Called by a pass alone. */
  flush(): void {
    this.#guarded(() => this.#send());
  }

  #send(): void {
    const { log } = this.#conversation;
    // One that was disposed of while it waited has nothing more to send.
    if (!this.#conversation.watchers.has(this)) return;
    if (this.#socket.readyState !== WebSocket.OPEN || this.#position === log.kept) return;
    if (this.#socket.bufferedAmount > HIGH_WATER) {
      this.#wait();
      return;
    }
    this.#busySince = undefined;
    const frames = log.readJoined(this.#position);
    this.#position = log.kept;
    if (frames === undefined) this.#welcome();
    else for (const frame of frames) sendFrame(this.#socket, frame);
  }

  /** Whether something of the conversation was not sent yet. */
  get isBehind(): boolean {
    return this.#position < this.#conversation.log.end;
  }

  dispose(): void {
    this.#conversation.watchers.delete(this);
    clearTimeout(this.#retry);
    passes.delete(this);
  }

  /** A socket that cannot be served is given up alone: its client may come back for what is missing. */
  #guarded(run: () => void): void {
    guarded("send a socket what is new", run, () => {
      this.dispose();
      dropSocket(this.#socket);
    });
  }

  #wait(): void {
    this.#busySince ??= performance.now();
    if (performance.now() - this.#busySince > STUCK_MS) {
      this.#socket.close(TRY_AGAIN_LATER, "Nothing was read for too long");
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.wake(), RETRY_MS);
  }
}

/** Sends a frame if the socket can still take one; a socket that is going down gets the rest when it is back. */
export function sendFrame(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === WebSocket.OPEN) sendText(socket, JSON.stringify(frame));
}

/** One pass serves all sockets that have something new: far cheaper than a timer each. */
const passes = new Passes<Delivery>((ready) => {
  for (const delivery of ready) delivery.flush();
  return Math.min(REST_MS.most, REST_MS.each * ready.length);
});
