/** Makes sockets of HTTP requests, for either protocol. */
import { listen, sendText } from "./listen.ts";
import { plainError, type PlainServices, servePlain } from "./plain_socket.ts";
import { limitFrames } from "./frame_budget.ts";
import type { ConnectionLimiter, SocketHolder } from "./connection_limiter.ts";
import { serveV2, type SocketVisitor, type V2Services } from "./v2_socket.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

/** Seconds without a sign of life (pings are sent in between) after which a socket is closed. */
const IDLE_SECONDS = 60;
/** Sockets that are only being told that there are too many. Those beyond are refused without a word. */
const REFUSALS = 100;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;

type ErrorFrame = Extract<ServerFrame | PlainMessage, { type: "error" }>;

/** What sockets of both protocols are served with. */
export interface SocketServices extends V2Services, PlainServices {
  connectionLimiter: ConnectionLimiter;
}

export interface UpgradeOptions extends SocketHolder, SocketVisitor {
  /** Does the upgrade itself, as `Deno.upgradeWebSocket` or Fresh's `ctx.upgrade` do. */
  upgrade(options: { protocol?: string; idleTimeout: number }): { socket: WebSocket; response: Response };
}

/** Makes a socket of a request and serves it: `vtuber.v2` to whoever offers it, the plain protocol to all others. */
export function upgradeSocket(
  request: Request,
  services: SocketServices,
  { upgrade, ...visitor }: UpgradeOptions,
): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("This is the address of a WebSocket: connect to it with ws:// or wss://\n", {
      status: 426,
      headers: { upgrade: "websocket", connection: "upgrade" },
    });
  }
  const { connectionLimiter } = services;
  if (connectionLimiter.isClosed) {
    return new Response("The server is going down\n", { status: 503, headers: { "retry-after": "1" } });
  }
  const { principal, address } = visitor;
  const holder = { principal, address };
  const offered = request.headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  const speaksV2 = offered.includes(SUBPROTOCOL);
  const refused = connectionLimiter.refusal(holder);
  if (refused !== undefined && connectionLimiter.refusing >= REFUSALS) {
    return new Response(`${plainError(refused).message}\n`, { status: 503, headers: { "retry-after": "10" } });
  }
  const upgraded = tryUpgrade(() => upgrade({ idleTimeout: IDLE_SECONDS, ...(speaksV2 && { protocol: SUBPROTOCOL }) }));
  if (upgraded instanceof Response) return upgraded;
  const { socket, response } = upgraded;
  if (refused !== undefined) {
    refuse(socket, connectionLimiter, speaksV2 ? { type: "error", ...refused } : plainError(refused));
    return response;
  }
  connectionLimiter.take(holder);
  listen(socket, "close", () => connectionLimiter.leave(holder), { once: true });
  limitFrames(socket);
  if (speaksV2) serveV2(socket, services, visitor);
  else servePlain(socket, services, visitor.principal);
  return response;
}

/** What `upgrade` gives, or a 400 where headers are missing that an upgrade needs. */
function tryUpgrade<T>(upgrade: () => T): T | Response {
  try {
    return upgrade();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new Response(`Cannot open a WebSocket: ${error.message}\n`, { status: 400 });
  }
}

/** Sends the reason and closes: of a refused upgrade browsers tell pages nothing. */
function refuse(socket: WebSocket, limiter: ConnectionLimiter, error: ErrorFrame): void {
  limiter.refusing++;
  listen(socket, "open", () => {
    sendText(socket, JSON.stringify(error));
    socket.close(TRY_AGAIN_LATER, error.message);
  });
  listen(socket, "close", () => limiter.refusing--, { once: true });
}
