import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";

/** The avatar cannot be shown. The message is for logs; people read what the page makes of the fault. */
export class StageError extends Error {
  override readonly name = "StageError";

  constructor(readonly fault: AvatarFault, options?: ErrorOptions) {
    const { code, ...details } = fault;
    super(["Cannot show the avatar", code, ...Object.values(details)].join(": "), options);
  }
}

/** What is wrong, for whatever was thrown. */
export function faultOf(error: unknown): AvatarFault {
  if (isStageError(error)) return error.fault;
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error) };
}

/** By its name: the stage, a script of its own, has a class of its own too. */
function isStageError(error: unknown): error is StageError {
  return error instanceof Error && error.name === "StageError";
}
