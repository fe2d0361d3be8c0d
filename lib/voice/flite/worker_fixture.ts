/** Flite's process for tests: it dies of the word "die", and does nothing for ever at "hang". */
import { die, takeOrders } from "../../subprocess/pipes.ts";
import type { Order } from "./flite_worker.ts";
import { takeOrder } from "./take_order.ts";

await takeOrders<Order>((frame) => {
  const text = "told" in frame && "text" in frame.told ? frame.told.text : "";
  if (text === "die") die(new Error("died, as this test wants it"));
  // As a loop does, this lets nothing else have its turn, but takes no processor from other tests.
  if (text === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  takeOrder(frame);
});
