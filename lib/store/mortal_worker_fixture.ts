/** For tests: the thread of `sqlite_thread.ts`, which ends by what nobody catches where it shall count or check. */
import "./sqlite_worker.ts";
import type { StoreQuestion } from "./sqlite_worker.ts";

const scope = self as unknown as { onmessage: (event: MessageEvent<StoreQuestion>) => void };
const answer = scope.onmessage;
scope.onmessage = (event) => {
  const { data } = event;
  if ("method" in data && (data.method === "nextEpoch" || data.method === "check")) throw new Error("Ended by a test");
  answer(event);
};
