import { setTimeout } from "node:timers/promises";

/** Waits `ms` milliseconds. Rejects with the signal's own reason, at once, when it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
