import { HOME, isHome, type View } from "./fit.ts";

/** Screens on which the stage has another shape, so that each has a view of its own; as in `tokens.css`. */
const PHONE = "(max-width: 640px), (max-width: 960px) and (orientation: portrait)";

type Screen = "phone" | "desktop";

/** How far a model can be moved and sized: always enough of it stays on the stage to take hold of. */
const LIMITS = { shift: 0.6, zoomOut: 0.4, zoomIn: 5 };

/** Keeps a view within what makes sense. */
export function limitView({ x, y, zoom }: View): View {
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const scale = within(zoom, LIMITS.zoomOut, LIMITS.zoomIn);
  const shift = LIMITS.shift * Math.max(1, scale);
  return { x: within(x, -shift, shift), y: within(y, -shift, shift), zoom: scale };
}

/** Reads how a person last had a model on a screen like this; the usual view where nothing is known. */
export function recallView(model: string): View {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(keyOf(model)) ?? "null");
    if (typeof saved !== "object" || saved === null) return HOME;
    const { x, y, zoom } = saved as Record<string, unknown>;
    const usable = [x, y, zoom].every((value) => typeof value === "number" && Number.isFinite(value));
    return usable ? limitView({ x, y, zoom } as View) : HOME;
  } catch {
    // Storage may be forbidden or damaged, and the usual view is good enough then.
    return HOME;
  }
}

/** Remembers how a person has a model on a screen like this. */
export function rememberView(model: string, view: View): void {
  try {
    if (isHome(view)) localStorage.removeItem(keyOf(model));
    else localStorage.setItem(keyOf(model), JSON.stringify(view));
  } catch {
    // Storage may be forbidden or full: the view holds until the page is closed.
  }
}

/** Tells when the window has become another kind of screen, as when it is turned or made narrow. */
export function onOtherScreen(changed: () => void, signal: AbortSignal): void {
  matchMedia(PHONE).addEventListener("change", changed, { signal });
}

function keyOf(model: string): string {
  const screen: Screen = matchMedia(PHONE).matches ? "phone" : "desktop";
  return `vtuber.view:${screen}:${model}`;
}
