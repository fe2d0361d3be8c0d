import type { Connections } from "./connections.ts";
import { warn } from "@/lib/telemetry/log.ts";

/**
 * Tells pages, and whoever runs the server, that conversations cannot be stored; without a failure, that they are
 * again.
 */
export function tellOfStoring(connections: Connections, failure?: Error): void {
  if (failure === undefined) {
    warn("The conversations are being stored again.");
    return connections.recover("not_stored");
  }
  const hint =
    "They are kept in memory, and stored as soon as that is possible: look whether the disk is full, or the database there";
  const message = `Cannot store the conversations: ${failure.message}`;
  warn(`${message}. ${hint}.`);
  connections.fail({ code: "not_stored", message, hint });
}

/** Tells pages, and whoever runs the server, that it has lost the other processes; or has found them again. */
export function tellOfBus(connections: Connections, connected: boolean): void {
  if (connected) {
    warn("The bus is there again.");
    return connections.recover("bus_lost");
  }
  const message = "Cannot reach the bus, which joins this server with the others";
  const hint = "Answers are held back, and go on as soon as it is there again: look whether NATS runs";
  warn(`${message}. ${hint}.`);
  connections.fail({ code: "bus_lost", message, hint });
}
