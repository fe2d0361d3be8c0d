/** A socket that speaks `vtuber.v2`: it watches a session, which lives on when the socket does not. */
import { CallLine } from "./calls.ts";
import { Delivery, HIGH_WATER, sendFrame } from "./delivery.ts";
import type { Hub } from "./hub.ts";
import { dropSocket, listen } from "./listen.ts";
import { faultOf, Refused } from "./refused.ts";
import type { Seat } from "./seat.ts";
import { parseClientFrame } from "@/lib/protocol/client_frame.ts";
import type { ClientFrame, TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Close code for a client that does not speak the protocol; it need not come back. */
const NOT_THE_PROTOCOL = 4400;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;

/** Serves one open or opening socket until it closes. */
export function serveV2(socket: WebSocket, hub: Hub): void {
  let seat: Seat | undefined;
  let delivery: Delivery | undefined;
  let calls: CallLine | undefined;

  function greet(after?: number): void {
    if (seat === undefined) return;
    const { id, session } = seat;
    const position = after === undefined ? undefined : seat.positionAfter(after);
    sendFrame(socket, {
      type: "welcome",
      session: id,
      seq: session.seq,
      resumed: position !== undefined,
      history: position === undefined ? [...session.turns] : [],
      ...hub.scene(),
    });
    delivery ??= new Delivery(socket, { session, position: position ?? session.log.end, welcome: greet });
  }

  /** Follows the seat to another conversation. */
  function follow(): void {
    delivery?.dispose();
    delivery = undefined;
    guarded("show a page its conversation", greet, () => dropSocket(socket));
  }

  function take(frame: ClientFrame): void {
    if (frame.type === "hello") {
      if (seat !== undefined) throw new SyntaxError("Cannot greet twice: this socket has a session already");
      seat = hub.join(frame.session);
      seat.pages.add(follow);
      calls = new CallLine({
        desk: hub.desk,
        seat,
        send: (answer) => sendFrame(socket, answer),
        busy: () => socket.bufferedAmount > HIGH_WATER,
      });
      greet(frame.after);
      return;
    }
    if (seat === undefined || calls === undefined) {
      socket.close(NOT_THE_PROTOCOL, "The first frame must be hello");
      return;
    }
    switch (frame.type) {
      case "prompt":
        return hub.prompt(seat, frame.turn, frame.text);
      case "stop":
        return seat.session.stop(frame.turn);
      case "reset":
        return hub.reset(seat);
      case "call":
      case "cancel":
        return calls.take(frame);
    }
  }

  const leave = hub.enter(socket, {
    tell: (news) => {
      if (seat !== undefined || news.type === "ping") sendFrame(socket, news);
    },
  });
  function receive(event: MessageEvent): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > hub.limits.backlogBytes) {
      socket.close(TRY_AGAIN_LATER, "Nothing was read of so many answers");
      return;
    }
    try {
      hub.checkFrame(event.data);
      take(parseClientFrame(event.data));
    } catch (error) {
      sendFrame(socket, { type: "error", ...turnOf(event.data), ...refusalOf(error) });
      // Who was not welcomed would hear nothing more: it may come back for a welcome.
      if (seat !== undefined && delivery === undefined) dropSocket(socket);
    }
  }

  const gone = new AbortController();
  listen(socket, "message", receive, { signal: gone.signal });
  listen(socket, "close", () => {
    // Deno holds a socket for half its idle timeout after a client broke off: it must not hold the session as well.
    gone.abort();
    delivery?.dispose();
    calls?.dispose();
    leave();
    if (seat === undefined) return;
    seat.pages.delete(follow);
    hub.part(seat);
  }, { once: true });
}

/** The turn that a refused frame spoke of, so that the page can put the error beside its message. */
function turnOf(data: unknown): { turn?: string } {
  try {
    const { turn } = JSON.parse(String(data)) as { turn?: unknown };
    return typeof turn === "string" ? { turn } : {};
  } catch {
    // Not JSON: the error is about the frame itself, and belongs to no turn.
    return {};
  }
}

function refusalOf(error: unknown): TurnError {
  if (error instanceof Refused) return error.error;
  if (error instanceof SyntaxError) return { code: "bad_frame", message: error.message };
  return faultOf("take a frame", error);
}
