/** Runs before the program in its process: on SIGUSR2 something throws that nobody catches, each time in another way. */
import { setImmediate } from "node:timers";

function broken(): never {
  throw new Error("an injected fault");
}

/** Every way in which an error can be nobody's. */
export const WAYS: (() => unknown)[] = [
  () => setTimeout(broken),
  () => setImmediate(broken),
  () => queueMicrotask(broken),
  () => {
    const timer = setInterval(() => {
      clearInterval(timer);
      broken();
    });
  },
  () => Promise.reject(new Error("an injected fault")),
  () => Promise.reject(undefined),
  () => {
    const controller = new AbortController();
    controller.signal.addEventListener("abort", broken);
    controller.abort();
  },
  () => {
    const target = new EventTarget();
    target.addEventListener("fault", broken);
    target.dispatchEvent(new Event("fault"));
  },
];

if (Deno.env.has("FAULTS_ON_SIGNAL")) {
  Deno.addSignalListener("SIGUSR2", () => WAYS.forEach((way) => void way()));
}
