/**
 * A thread that ends its process once the one that has started it is gone, even while the program of the process loops
 * and takes nothing. Where nobody reads standard error any more, writing to it fails, on every system.
 */
const EVERY_MS = 2_000;
/** Says nothing: empty lines are left out. */
const NOTHING = new TextEncoder().encode("\n");

setInterval(() => {
  try {
    Deno.stderr.writeSync(NOTHING);
  } catch {
    // `Deno.exit()` would end this thread alone.
    Deno.kill(Deno.pid, "SIGKILL");
  }
}, EVERY_MS);
