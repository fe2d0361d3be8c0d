/** The program of a process for tests, which tells of a stream that has ended for five seconds, little by little. */
import { sendFrame, takeOrders } from "../../subprocess/pipes.ts";
import type { Order, Told } from "./hearing_process.ts";

const WINDOWS = 50;

await takeOrders<Order>((frame) => {
  if ("samples" in frame) return;
  if ("open" in frame.told) tell({ heard: frame.told.open, position: 0, speech: false });
  if (!("finish" in frame.told)) return;
  const stream = frame.told.finish;
  let windows = 0;
  const timer = setInterval(() => {
    if (++windows <= WINDOWS) return tell({ heard: stream, position: windows * 512, speech: false });
    clearInterval(timer);
    tell({ text: stream, understood: "" });
  }, 100);
});

function tell(told: Told): void {
  sendFrame({ told });
}
