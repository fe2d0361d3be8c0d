import type { StageFault } from "@/web/presence/avatar.ts";

export type { StageFault };

/** The avatar cannot be shown. The message is for logs; people read what the page makes of the fault. */
export class StageError extends Error {
  override readonly name = "StageError";

  constructor(readonly fault: StageFault, options?: ErrorOptions) {
    const { code, ...details } = fault;
    super(["Cannot show the avatar", code, ...Object.values(details)].join(": "), options);
  }
}

/** What is wrong, for whatever was thrown. */
export function faultOf(error: unknown): StageFault {
  if (error instanceof StageError) return error.fault;
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error) };
}
