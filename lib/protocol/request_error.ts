/** What a client is told when something cannot be done. */
import type { TurnError } from "./v2.ts";
import { report } from "@/lib/telemetry/guard.ts";

/** Something a client asked for that cannot be done, told to the one who asked. */
export class RequestError extends Error {
  override name = "Refused";

  constructor(readonly error: TurnError, options?: ErrorOptions) {
    super(error.message, options);
  }
}

/**
 * A fault of ours, as a client is told of it. What went wrong is said to whoever runs the server.
 *
 * @param doing what cannot be done now, as in "Cannot {doing}"
 */
export function faultOf(doing: string, error: unknown): TurnError {
  report(doing, error);
  return { code: "internal", message: "Something went wrong on the server", hint: "See the server's output for more" };
}
