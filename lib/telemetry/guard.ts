/** Whatever runs without anybody who waits for it fails alone: what it throws is reported, and ends nothing else. */
import { warn } from "./log.ts";

/**
 * Runs something nobody waits for. What it throws, or its promise is rejected with, is reported.
 *
 * @param doing what cannot be done now, as in "Cannot {doing}"
 * @param failed called when it has failed, to tell those whom it concerns; what that throws is reported, too
 */
export function guarded(doing: string, run: () => unknown, failed?: () => void): void {
  const caught = (error: unknown) => {
    report(doing, error);
    if (failed !== undefined) guarded(`tell that one could not ${doing}`, failed);
  };
  try {
    const result = run();
    if (result instanceof Promise) result.catch(caught);
  } catch (error) {
    caught(error);
  }
}

/** Reports what went wrong, with all that is known of it, to whoever runs the server. */
export function report(doing: string, error: unknown): void {
  warn(`Cannot ${doing}: ${inspected(error)}`);
}

/** Anything can be thrown, even what throws again when it is looked at. */
function inspected(error: unknown): string {
  try {
    return Deno.inspect(error);
  } catch {
    return `a ${typeof error} that cannot be shown`;
  }
}
