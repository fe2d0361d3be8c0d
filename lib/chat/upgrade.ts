/** The door from HTTP to the two protocols. */
import type { Hub } from "./hub.ts";
import { servePlain } from "./plain_socket.ts";
import { serveV2 } from "./v2_socket.ts";
import { SUBPROTOCOL } from "@/lib/protocol/v2.ts";

/** Seconds without a sign of life (pings are sent in between) after which a socket is closed. */
const IDLE_SECONDS = 60;

export interface UpgradeOptions {
  hub: Hub;
  /** The language model that answers plain prompts. */
  model(): string;
  /** Does the upgrade itself, as `Deno.upgradeWebSocket` or Fresh's `ctx.upgrade` do. */
  upgrade(options: { protocol?: string; idleTimeout: number }): { socket: WebSocket; response: Response };
}

/** Makes a socket of a request and serves it: `vtuber.v2` to whoever offers it, the plain protocol to all others. */
export function upgradeSocket(request: Request, { hub, model, upgrade }: UpgradeOptions): Response {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("This is the address of a WebSocket: connect to it with ws:// or wss://\n", {
      status: 426,
      headers: { upgrade: "websocket", connection: "upgrade" },
    });
  }
  const offered = request.headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  const speaksV2 = offered.includes(SUBPROTOCOL);
  const { socket, response } = upgrade({ idleTimeout: IDLE_SECONDS, ...(speaksV2 && { protocol: SUBPROTOCOL }) });
  if (speaksV2) serveV2(socket, hub);
  else servePlain(socket, hub, model);
  return response;
}
