/** The last handler: what was thrown where nobody caught it. */
import { warn } from "./log.ts";
import { report } from "./guard.ts";

/** This many uncaught errors within {@linkcode WINDOW_MS} are no accident any more. */
const MOST = 20;
const WINDOW_MS = 60_000;

/**
 * Keeps the process alive when a timer, a listener or a promise fails that has no owner: it is reported, and everything
 * else goes on, since what others hold is untouched by it. That is no longer believed when such errors keep coming.
 *
 * @param giveUp called once, when too many have come: store what can be stored, and end
 * @returns a disposer
 */
export function catchUncaught(giveUp: () => void): () => void {
  let times: number[] = [];
  let givenUp = false;
  const caught = (what: string, error: unknown) => {
    report(`go on with ${what} (uncaught)`, error);
    const now = performance.now();
    times = [...times.filter((time) => now - time < WINDOW_MS), now];
    if (times.length < MOST || givenUp) return;
    // What comes from now on is still caught: it must not keep anything from being stored.
    givenUp = true;
    warn(
      `There were ${MOST} uncaught errors within ${WINDOW_MS / 1_000} s: the server stores what it can and ends`,
    );
    giveUp();
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    caught("a timer or a listener", event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    caught("a promise", event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return () => {
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}
