import type { TurnError } from "@/lib/protocol/v2.ts";

/** Something a client asked for that cannot be done, told to the one who asked. */
export class Refused extends Error {
  override name = "Refused";

  constructor(readonly error: TurnError, options?: ErrorOptions) {
    super(error.message, options);
  }
}
