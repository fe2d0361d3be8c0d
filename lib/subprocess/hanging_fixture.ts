/** The program of a process for tests, which tells what it may do with its first order, and hangs. */
import { sendFrame, takeOrders } from "./pipes.ts";

/** What it tells. */
export interface Told {
  /** Whether it may run other programs, as Deno calls that. */
  run: Deno.PermissionState;
}

await takeOrders(() => {
  sendFrame<Told>({ told: { run: Deno.permissions.querySync({ name: "run" }).state } });
  // As a loop does, this lets nothing else have its turn, but takes no processor from other tests.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
