/** No canvas has more pixels than this, whatever the screen: a 4K screen has 8.3 million. */
const MOST_PIXELS = 9_000_000;

/**
 * Device pixels for a canvas of a size in CSS pixels.
 *
 * @param exact The size in device pixels where the browser tells it, which is right even between two pixels
 */
export function pixelsOf(
  css: { width: number; height: number },
  ratio: number,
  maxRatio: number,
  exact: { width: number; height: number } | null,
): { width: number; height: number } {
  const shrink = Math.sqrt(Math.min(1, MOST_PIXELS / Math.max(1, css.width * css.height * ratio * ratio)));
  // Zoomed and emulated screens tell sizes of their own, which are right only when they nearly agree.
  const near = exact !== null && Math.abs(exact.width - css.width * ratio) < 2 &&
    Math.abs(exact.height - css.height * ratio) < 2;
  if (near && ratio <= maxRatio && shrink === 1) return exact;
  const used = Math.min(ratio, maxRatio) * shrink;
  return { width: Math.round(css.width * used), height: Math.round(css.height * used) };
}

/**
 * Tells how many pixels a canvas should have: at once, and whenever its size or the screen's pixel ratio changes.
 *
 * @param maxRatio Device pixels for each CSS pixel at most
 * @returns tells again, for when the most has changed
 */
export function watchSize(
  canvas: HTMLCanvasElement,
  maxRatio: () => number,
  resized: (width: number, height: number) => void,
  signal: AbortSignal,
): () => void {
  let last = "";
  function tell(exact: { width: number; height: number } | null) {
    const css = { width: canvas.clientWidth, height: canvas.clientHeight };
    const { width, height } = pixelsOf(css, devicePixelRatio, maxRatio(), exact);
    if (width === 0 || height === 0 || last === `${width}x${height}`) return;
    last = `${width}x${height}`;
    resized(width, height);
  }

  const observer = new ResizeObserver((entries) => {
    const box = entries.at(-1)?.devicePixelContentBoxSize?.[0];
    tell(box === undefined ? null : { width: box.inlineSize, height: box.blockSize });
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    // Safari knows no such box: rounding is as near as it gets there.
    observer.observe(canvas);
  }
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });

  // The ratio changes without a resize when the window moves to another screen; a query matches one ratio only.
  function watchRatio() {
    if (signal.aborted) return;
    const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      tell(null);
      watchRatio();
    }, { once: true, signal });
  }
  watchRatio();
  tell(null);
  return () => tell(null);
}
