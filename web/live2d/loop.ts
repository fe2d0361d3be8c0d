/** A frame that took longer than this, as after sleep or in a hidden tab, counts as this long, in milliseconds. */
export const LONGEST_STEP = 200;

/** Milliseconds to advance by, for a measured difference between two frames. */
export function clampStep(milliseconds: number): number {
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), LONGEST_STEP) : 0;
}

/** The longest that a display takes for a frame, ms: a rest ends so long before a drawing is due. */
const FRAME = 34;

/** What a loop calls. */
export interface LoopHandlers {
  /** Frames a second at most. */
  maxFps(): number;
  /** A frame of the display has come at `now`, which was waited for since `asked`, ms; before it is drawn in or not. */
  onDisplay(now: number, asked: number): void;
  /** @param milliseconds since the last call */
  draw(milliseconds: number): void;
  /** No frames have come for a while, as the page was hidden. */
  onPause(): void;
}

/**
 * Calls `draw` with the frames of the display, at most `maxFps()` times a second, and not at all while the page is
 * hidden, until the signal is aborted. Between drawings that are far apart it rests: a page that asks for every frame
 * keeps the browser busy, and what else is written on it waiting.
 */
export function startLoop({ maxFps, onDisplay, draw, onPause }: LoopHandlers, signal: AbortSignal): void {
  let request = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let last: number | null = null;
  let asked = 0;

  function onFrame(now: number) {
    onDisplay(now, asked);
    const interval = 1000 / maxFps();
    // A display of 60 Hz comes a hair early now and then, which must not cost a whole frame.
    const due = last === null || now - last >= interval - 2;
    const left = due ? interval : interval - (now - (last ?? now));
    // The frame after a drawing tells how long that has kept the display.
    if (due || left < 2 * FRAME) ask(now);
    else rest = setTimeout(() => ask(performance.now()), left - FRAME);
    if (!due) return;
    const step = last === null ? 0 : clampStep(now - last);
    last = now;
    draw(step);
  }

  function ask(now: number) {
    asked = now;
    request = requestAnimationFrame(onFrame);
  }

  function stop() {
    cancelAnimationFrame(request);
    clearTimeout(rest);
  }

  function onVisibility() {
    stop();
    last = null;
    onPause();
    if (!document.hidden) ask(performance.now());
  }

  document.addEventListener("visibilitychange", onVisibility, { signal });
  signal.addEventListener("abort", stop, { once: true });
  onVisibility();
}
