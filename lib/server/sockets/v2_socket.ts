/** A socket that speaks `vtuber.v2`: it follows a session, which outlives the socket. */
import { CallConnection, type CallRouter } from "@/lib/server/calls/router.ts";
import { HearingConnection } from "./hearing_connection.ts";
import { Delivery, HIGH_WATER, sendFrame } from "./delivery.ts";
import { type Connections, statusFor } from "./connections.ts";
import { dropSocket, listen } from "./listen.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { faultOf } from "@/lib/chat/refusals.ts";
import type { RequestLimits } from "@/lib/chat/request_limits.ts";
import type { Session } from "@/lib/chat/session.ts";
import type { SessionRegistry } from "@/lib/chat/session_registry.ts";
import type { HearingService } from "@/lib/hearing/hearing_service.ts";
import type { Principal } from "@/lib/principal.ts";
import { parseClientFrame } from "@/lib/protocol/client_frame.ts";
import { isEnough, roleForFrame } from "@/lib/protocol/roles.ts";
import type { CharacterInfo, ClientFrame, ServerFrame, Status, TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Close code for a client that does not speak the protocol; it need not come back. */
const NOT_THE_PROTOCOL = 4400;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;
/** Frames that may come while the session of a `hello` is looked up. */
const MOST_WAITING = 64;

/** What sockets that speak `vtuber.v2` are served with. */
export interface V2Services {
  connections: Connections;
  sessions: SessionRegistry;
  calls: CallRouter;
  /** Default: nobody listens. */
  hearing?: HearingService;
  /** Starts the voice of a page that listens, which has voices of its own for so many languages. */
  prepareSpeech?(speaks: readonly string[]): void;
  requestLimits: RequestLimits;
  /** Bytes that may wait for a client that does not read; nothing more is taken from it then. */
  backlogBytes: number;
  status(): Status;
  /** Whom the client talks with. Default: the language model itself. */
  character?(): CharacterInfo | undefined;
}

/** Who has opened a socket. */
export interface SocketVisitor {
  principal: Principal;
  /** Whether that was on the server's own machine. Default: it was not. */
  isLocal?: boolean;
}

/** Serves one open or opening socket until it closes. */
export function serveV2(
  socket: WebSocket,
  services: V2Services,
  { principal, isLocal = false }: SocketVisitor,
): void {
  const { sessions, requestLimits } = services;
  let session: Session | undefined;
  let delivery: Delivery | undefined;
  let calls: CallConnection | undefined;
  let hearing: HearingConnection | undefined;
  /** Languages that the page has voices of its own for; undefined while it plays no speech. */
  let speaks: readonly string[] | undefined;
  let stopListening = () => {};
  /** What came while the session is looked up; undefined when it is not. */
  let waiting: unknown[] | undefined;
  const gone = new AbortController();

  function welcome(after?: number): void {
    if (session === undefined) return;
    const { id, conversation } = session;
    const { log } = conversation;
    const character = services.character?.();
    const position = after === undefined ? undefined : session.positionAfter(after);
    const from = position ?? log.end;
    const frame: ServerFrame = {
      type: "welcome",
      session: id,
      role: principal.role,
      seq: conversation.seq,
      resumed: position !== undefined,
      history: position === undefined ? conversation.history : [],
      status: statusFor(principal, services.status()),
      ...(character !== undefined && { character }),
    };
    const greet = () => {
      sendFrame(socket, frame);
      services.connections.tellFailures(socket, principal);
      delivery = new Delivery(socket, { conversation, position: from, welcome });
    };
    delivery?.dispose();
    delivery = undefined;
    const kept = log.whenKept(from);
    if (kept === undefined) return greet();
    // What another process could not tell of must not be told here. Meanwhile it may have become something else.
    const { cleared } = log;
    const greetLater = async () => {
      await kept;
      if (gone.signal.aborted || session?.conversation !== conversation || delivery !== undefined) return;
      if (log.cleared === cleared) greet();
      else welcome(after);
    };
    guarded("send a page its conversation", greetLater, () => dropSocket(socket));
  }

  function listenToSpeech(): void {
    stopListening();
    stopListening = speaks === undefined || session === undefined ? () => {} : session.conversation.listen(speaks);
  }

  /** Follows the session to another conversation. */
  function follow(): void {
    listenToSpeech();
    guarded("send a page its conversation", welcome, () => dropSocket(socket));
  }

  /**
   * Enters the session that `hello` names, or a new one. What comes meanwhile waits, so that frames are taken in their
   * order.
   */
  async function join({ session: named, after }: ClientFrame & { type: "hello" }): Promise<void> {
    waiting = [];
    // A session may not be found before they are over.
    services.connections.tellFailures(socket, principal);
    try {
      const joined = await sessions.open(principal, named);
      if (gone.signal.aborted) return sessions.leave(joined);
      session = joined;
      joined.sockets.add(follow);
      calls = new CallConnection({
        router: services.calls,
        session: joined,
        isLocal,
        send: (answer) => sendFrame(socket, answer),
        busy: () => socket.bufferedAmount > HIGH_WATER,
      });
      if (services.hearing !== undefined) {
        hearing = new HearingConnection({
          hearing: services.hearing,
          sessions,
          session: joined,
          send: (frame) => sendFrame(socket, frame),
        });
      }
      // What was seen in another session says nothing of this one.
      welcome(joined.id === named ? after : undefined);
    } catch (error) {
      sendFrame(socket, { type: "error", ...refusalOf(error) });
      // Without a welcome a client gets nothing more by this socket, but may come back for one.
      if (session === undefined) socket.close(TRY_AGAIN_LATER, "The session cannot be looked up now");
      else dropSocket(socket);
    }
    const frames = waiting;
    waiting = undefined;
    for (const data of frames) takeAlone(data);
  }

  function handle(frame: ClientFrame): Promise<void> | void {
    if (!isEnough(principal.role, roleForFrame(frame))) {
      throw new RequestError({
        code: "forbidden",
        message: `Cannot take the ${frame.type}: it is for the owner alone`,
      });
    }
    if (frame.type === "hello") {
      if (session !== undefined) throw new SyntaxError("Cannot greet twice: this socket has a session already");
      return join(frame);
    }
    if (session === undefined || calls === undefined) {
      socket.close(NOT_THE_PROTOCOL, "The first frame must be hello");
      return;
    }
    switch (frame.type) {
      case "prompt":
        return sessions.prompt(session, frame.turn, frame.text, frame.greeting, frame.images);
      case "continue":
        return sessions.continueAnswer(session, frame.turn);
      case "stop":
        return sessions.stop(session, frame.turn, frame.heard);
      case "reset":
        return sessions.reset(session);
      case "voice":
        speaks = frame.on ? frame.speaks ?? [] : undefined;
        if (speaks !== undefined) services.prepareSpeech?.(speaks);
        return listenToSpeech();
      case "played":
        return session.conversation.played(frame.turn, frame.index);
      case "listen":
      case "unlisten":
      case "playback":
      case "utterance":
        if (hearing !== undefined) return hearing.take(frame);
        throw new RequestError({ code: "hearing_failed", message: "Nobody listens on this server" });
      case "call":
      case "cancel":
        return calls.take(frame);
    }
  }

  const leave = services.connections.add(socket, {
    principal,
    busy: () => session?.conversation.busy === true || delivery?.isBehind === true,
    send: (frame) => {
      if (session !== undefined || frame.type === "ping") sendFrame(socket, frame);
    },
  });
  function receive(event: MessageEvent): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > services.backlogBytes) {
      socket.close(TRY_AGAIN_LATER, "Nothing was read of so many answers");
      return;
    }
    if (waiting !== undefined && waiting.length >= MOST_WAITING) {
      socket.close(TRY_AGAIN_LATER, "Too much was sent before the welcome");
      return;
    }
    takeAlone(event.data);
  }

  function takeAlone(data: unknown): void {
    guarded("take a frame", () => take(data), () => dropSocket(socket));
  }

  async function take(data: unknown): Promise<void> {
    if (socket.readyState !== WebSocket.OPEN) return;
    try {
      if (data instanceof ArrayBuffer && hearing !== undefined) return hearing.takeSound(data);
      requestLimits.checkFrame(data);
      if (waiting !== undefined) waiting.push(data);
      else await handle(parseClientFrame(data));
    } catch (error) {
      sendFrame(socket, { type: "error", ...namedIn(data), ...refusalOf(error) });
    }
  }

  socket.binaryType = "arraybuffer";
  listen(socket, "message", receive, { signal: gone.signal });
  listen(socket, "close", () => {
    // Deno holds a socket for half its idle timeout after a client broke off: it must not hold the session as well.
    gone.abort();
    stopListening();
    delivery?.dispose();
    calls?.dispose();
    hearing?.[Symbol.dispose]();
    leave();
    if (session === undefined) return;
    session.sockets.delete(follow);
    sessions.leave(session);
  }, { once: true });
}

/** What a refused frame spoke of: the turn beside whose message the page puts the error, or its microphone's stream. */
function namedIn(data: unknown): { turn?: string; stream?: number } {
  try {
    const { turn, stream } = JSON.parse(String(data)) as { turn?: unknown; stream?: unknown };
    return { ...(typeof turn === "string" && { turn }), ...(typeof stream === "number" && { stream }) };
  } catch {
    // Not JSON: the error is about the frame itself, and belongs to nothing.
    return {};
  }
}

function refusalOf(error: unknown): TurnError {
  if (error instanceof RequestError) return error.error;
  if (error instanceof SyntaxError) return { code: "bad_frame", message: error.message };
  return faultOf("take a frame", error);
}
