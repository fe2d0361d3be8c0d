/** Flite's thread for tests: it dies of the word "die", and never comes back from "hang". */
import "./worker.ts";
import type { FliteJob } from "./phones.ts";

addEventListener("message", (event) => {
  const { text } = (event as MessageEvent<Partial<FliteJob>>).data;
  if (text === "die") throw new Error("died, as this test wants it");
  // Waits for ever. A loop would keep a processor busy until the tests end: `terminate()` stops none in Deno.
  if (text === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
