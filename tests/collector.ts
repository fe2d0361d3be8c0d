/** V8's garbage collector, for tests of what is held on to and of what is not. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("globalThis.gc") as (() => void) | undefined;

/** False where this Deno hands out no collector, as some before 2.5 do not. */
export const hasCollector: boolean = collect !== undefined;

/**
 * Collects, and once more when all that has waited for it is done. Each time V8 looks through everything twice or more,
 * until it finds nothing: 80 MB in every `deno test`, which keeps an array for `Deno.bench()`.
 */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
