/** What a person does with the model by hand; positions in CSS pixels of the page. */
export interface Handlers {
  tap(x: number, y: number): void;
  /** Tapped twice at the same place. Both taps have been told before. */
  doubleTap(): void;
  move(dx: number, dy: number): void;
  /** Changes the size by a factor, about a point. */
  zoom(factor: number, x: number, y: number): void;
  /** A movement has ended, and its result can be remembered. */
  settled(): void;
}

/** A finger that moves less than this, in pixels, means to tap. */
const TREMOR = 6;
/** Two taps count as a double one within so many milliseconds and pixels. */
const DOUBLE = { within: 350, reach: 30 };
/** Milliseconds without a turn of the wheel after which it has come to rest. */
const WHEEL_REST = 300;

/** Lets a person drag, pinch, wheel and tap a canvas, with any kind of pointer. */
export function handle(canvas: HTMLCanvasElement, handlers: Handlers, signal: AbortSignal): void {
  const fingers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  let lastTap: { x: number; y: number; at: number } | null = null;
  let wheel: ReturnType<typeof setTimeout> | undefined;

  function onDown(event: PointerEvent) {
    if (event.button !== 0) return;
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    canvas.setPointerCapture(event.pointerId);
  }

  function onMove(event: PointerEvent) {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) return;
    const dx = event.clientX - finger.x;
    const dy = event.clientY - finger.y;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    const before = travelled;
    travelled += Math.hypot(dx, dy);
    const apart = other === undefined ? 0 : Math.hypot(finger.x - other.x, finger.y - other.y);
    finger.x = event.clientX;
    finger.y = event.clientY;
    if (travelled < TREMOR) return;
    canvas.dataset.held = "";
    // With two fingers down, each carries half of the model.
    const share = other === undefined ? 1 : 0.5;
    if (before >= TREMOR) handlers.move(dx * share, dy * share);
    if (other === undefined || apart === 0) return;
    const factor = Math.hypot(finger.x - other.x, finger.y - other.y) / apart;
    handlers.zoom(factor, (finger.x + other.x) / 2, (finger.y + other.y) / 2);
  }

  function onUp(event: PointerEvent) {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    delete canvas.dataset.held;
    if (travelled >= TREMOR) handlers.settled();
    else if (event.type === "pointerup") onTap(event);
  }

  function onTap({ clientX: x, clientY: y, timeStamp: at }: PointerEvent) {
    handlers.tap(x, y);
    const double = lastTap !== null && at - lastTap.at < DOUBLE.within &&
      Math.hypot(x - lastTap.x, y - lastTap.y) < DOUBLE.reach;
    lastTap = double ? null : { x, y, at };
    if (double) handlers.doubleTap();
  }

  function onWheel(event: WheelEvent) {
    event.preventDefault();
    // A wheel counts in lines in some browsers and in pixels in others.
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 20);
    handlers.zoom(Math.exp(-pixels * 0.0015), event.clientX, event.clientY);
    clearTimeout(wheel);
    wheel = setTimeout(() => handlers.settled(), WHEEL_REST);
  }

  canvas.addEventListener("pointerdown", onDown, { signal });
  canvas.addEventListener("pointermove", onMove, { signal });
  canvas.addEventListener("pointerup", onUp, { signal });
  canvas.addEventListener("pointercancel", onUp, { signal });
  canvas.addEventListener("wheel", onWheel, { passive: false, signal });
  signal.addEventListener("abort", () => clearTimeout(wheel), { once: true });
}
