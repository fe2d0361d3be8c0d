/** A frame that took longer than this, as after sleep or in a hidden tab, counts as this long, in milliseconds. */
export const LONGEST_STEP = 200;

/** Milliseconds to advance by, for a measured difference between two frames. */
export function clampStep(milliseconds: number): number {
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), LONGEST_STEP) : 0;
}

/**
 * Calls `frame` with the milliseconds since the last call, at most `maxFps()` times a second, and not at all while the
 * page is hidden, until the signal is aborted.
 */
export function startLoop(maxFps: () => number, frame: (milliseconds: number) => void, signal: AbortSignal): void {
  let request = 0;
  let last: number | null = null;

  function onFrame(now: number) {
    request = requestAnimationFrame(onFrame);
    // A display of 60 Hz comes a hair early now and then, which must not cost a whole frame.
    if (last !== null && now - last < 1000 / maxFps() - 2) return;
    const step = last === null ? 0 : clampStep(now - last);
    last = now;
    frame(step);
  }

  function onVisibility() {
    cancelAnimationFrame(request);
    last = null;
    if (!document.hidden) request = requestAnimationFrame(onFrame);
  }

  document.addEventListener("visibilitychange", onVisibility, { signal });
  signal.addEventListener("abort", () => cancelAnimationFrame(request), { once: true });
  onVisibility();
}
