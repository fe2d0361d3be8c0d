/** The program of a process for tests, which hangs with its first order. */
import { sendFrame, takeOrders } from "./pipes.ts";

await takeOrders(() => {
  sendFrame({ told: { hangs: true } });
  // As a loop does, this lets nothing else have its turn, but takes no processor from other tests.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
