/** Sockets that fail alone: whatever goes wrong with one is reported, ends that socket, and reaches nobody else. */
import { guarded } from "@/lib/telemetry/guard.ts";

/** Close code (IANA's registry) for a fault of the server's. The client may come back. */
const INTERNAL_ERROR = 1011;

/** Listens to a socket. A listener that throws costs its socket. */
export function listen<Type extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: Type,
  listener: (event: WebSocketEventMap[Type]) => void,
  options: AddEventListenerOptions = {},
): void {
  const guardedListener = (event: WebSocketEventMap[Type]) => {
    guarded(`take a socket's ${type} event`, () => listener(event), () => dropSocket(socket));
  };
  socket.addEventListener(type, guardedListener, options);
}

/** Sends a text by an open socket. Never throws: one that takes none is closed. */
export function sendText(socket: WebSocket, text: string): void {
  guarded("send to a socket", () => socket.send(text), () => dropSocket(socket));
}

/** Closes a socket that cannot be served any more. */
export function dropSocket(socket: WebSocket): void {
  socket.close(INTERNAL_ERROR, "Something went wrong on the server");
}
