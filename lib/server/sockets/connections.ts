/** The open sockets: broadcasts, pings, and closing them from the server's side. */
import type { Principal } from "@/lib/principal.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import { type BroadcastFrame, LINK_REVOKED, type Status, type TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { sendFrame } from "./delivery.ts";

/** How often clients get a ping, ms, so that a page can tell a quiet connection from a dead one. */
const PING_MS = 15_000;

/** A socket that is served. */
export interface Connection {
  /** Who opened it. */
  readonly principal: Principal;
  /** Sends what every page gets, if this client gets such frames. */
  send(frame: BroadcastFrame): void;
  /** True while it is answered in this process. */
  busy(): boolean;
}

export class Connections {
  readonly #connections = new Map<WebSocket, Connection>();
  /** Failures that concern every page, and are not over. */
  readonly #failures = new Map<ErrorCode, BroadcastFrame>();
  readonly #pinging = setInterval(() => guarded("ping the pages", () => this.broadcast({ type: "ping" })), PING_MS);

  /** How many sockets are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Adds a socket, so that it gets pings and broadcasts, and is closed at the end. Returns what takes it out again. */
  add(socket: WebSocket, connection: Connection): () => void {
    this.#connections.set(socket, connection);
    return () => this.#connections.delete(socket);
  }

  /**
   * Sends a frame to every client, without what is the owner's alone. One that cannot take it costs the others nothing.
   */
  broadcast(frame: BroadcastFrame): void {
    for (const { principal, send } of this.#connections.values()) {
      guarded("tell a page", () => send(frameFor(principal, frame)));
    }
  }

  /** Tells every page of a failure, and until it is over whoever comes in. */
  fail(error: TurnError): void {
    const frame = { type: "error", ...error } as const;
    this.#failures.set(error.code, frame);
    this.broadcast(frame);
  }

  /** Tells every page that a failure is over. */
  recover(code: ErrorCode): void {
    if (this.#failures.delete(code)) this.broadcast({ type: "recovered", code });
  }

  /** Tells a page that has come in of all failures that are not over. */
  tellFailures(socket: WebSocket, principal: Principal): void {
    for (const frame of this.#failures.values()) sendFrame(socket, frameFor(principal, frame));
  }

  /** Closes the sockets of all guests: what they came in by opens nothing any more. */
  closeGuests(): void {
    for (const [socket, { principal }] of this.#connections) {
      if (principal.role !== "guest") continue;
      guarded("close a guest's socket", () => {
        socket.close(LINK_REVOKED, "Guests are not let in any more, or not by this link");
      });
    }
  }

  /** Closes with 1001 the sockets that nothing is being answered at: their clients come back at once, to another process. */
  closeIdle(): void {
    for (const [socket, { busy }] of this.#connections) {
      guarded("close an idle socket", () => busy() || socket.close(1001, "The server is going down"));
    }
  }

  /** Closes every socket with 1001. */
  close(): void {
    clearInterval(this.#pinging);
    for (const socket of this.#connections.keys()) {
      guarded("close a socket", () => socket.close(1001, "The server is going down"));
    }
  }
}

/** What guests are told of failures that concern every page. */
const FOR_GUESTS: Partial<Record<ErrorCode, string>> = {
  not_stored: "The server keeps it until it can",
  bus_lost: "The servers cannot reach each other now",
};

/** A status without what only the owner should know: where the language model's server is. */
export function statusFor({ role }: Principal, status: Status): Status {
  return role === "owner" ? status : { ...status, host: "" };
}

/** A frame without what only the owner should know, such as where the data folder is in a disk's error. */
function frameFor(principal: Principal, frame: BroadcastFrame): BroadcastFrame {
  if (frame.type === "status") return { type: "status", ...statusFor(principal, frame) };
  return frame.type === "error" && principal.role !== "owner"
    ? { type: "error", code: frame.code, message: FOR_GUESTS[frame.code] ?? "Something does not work on the server" }
    : frame;
}
