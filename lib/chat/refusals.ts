/** What is said where something cannot be done in a conversation, or has not come to its end. */
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { StoreError } from "@/lib/store/store_error.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";

/** Why a turn has no end: the server went down while it ran. */
export const INTERRUPTED: TurnError = {
  code: "interrupted",
  message: "The server was stopped in the middle of this answer",
};

/** There is none, or none that is whoever's who asks: that there is one is nobody else's business either. */
export function noConversation(): RequestError {
  return new RequestError({ code: "not_found", message: "There is no such conversation: it may have been deleted" });
}

/** @param what was to be done with it, as in "go on with" */
export function noTurn(turn: string, what: string): RequestError {
  return new RequestError({ code: "not_found", message: `There is no turn ${turn} to ${what}` });
}

export function turnExists(turn: string): RequestError {
  return new RequestError({ code: "bad_value", message: `There is a turn ${turn} already` });
}

export function notBrokenOff(turn: string): RequestError {
  return new RequestError({
    code: "bad_value",
    message: `Cannot go on with the answer of turn ${turn}: only the last one, where it broke off`,
    hint: "Ask for more in a message",
  });
}

export function queueFull(waiting: number): RequestError {
  return new RequestError({
    code: "queue_full",
    message: `${waiting} messages are waiting already`,
    hint: "Wait for an answer, or stop the one that is being written",
  });
}

/**
 * Reports a fault to whoever runs the server, and gives what a client is told of it: no more than whether it was the
 * store, for which there is nothing to do but wait.
 *
 * @param doing what cannot be done now, as in "Cannot {doing}"
 */
export function faultOf(doing: string, error: unknown): TurnError {
  const fault = internalError(doing, error);
  if (!(error instanceof StoreError)) return fault;
  return {
    code: "store_lost",
    message: "The store does not answer now, and nothing in it is lost",
    hint: "Try again in a moment",
  };
}
