/** Faults of the server's own, as clients are told of them. */
import { report } from "./guard.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/**
 * Reports a fault of the server's own to whoever runs it, and gives what a client is told of it: that there was one.
 *
 * @param doing what cannot be done now, as in "Cannot {doing}"
 */
export function internalError(doing: string, error: unknown): TurnError {
  report(doing, error);
  return { code: "internal", message: "Something went wrong on the server", hint: "See the server's output for more" };
}
