import type { TurnError } from "./v2.ts";

/** Something a client asked for that cannot be done, told to the one who asked. */
export class RequestError extends Error {
  override name = "Refused";

  constructor(readonly error: TurnError, options?: ErrorOptions) {
    super(error.message, options);
  }
}
