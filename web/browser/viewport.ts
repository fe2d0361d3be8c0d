/**
 * Keeps the page within what a touch keyboard leaves free. Some browsers lay a page out anew when the keyboard comes,
 * others only cover it; `--viewport` on the root element tells the style sheet the height that can be seen.
 *
 * @returns the disposer
 */
export function followKeyboard(): () => void {
  const viewport = globalThis.visualViewport;
  if (viewport === null || viewport === undefined) return () => {};
  const root = document.documentElement;
  const follow = () => {
    // A page that is zoomed into shows a smaller part, with no keyboard there.
    if (viewport.scale !== 1) return;
    const free = heightAboveKeyboard({ visible: viewport.height, inner: innerHeight, layout: root.clientHeight });
    if (free === null) return void root.style.removeProperty("--viewport");
    root.style.setProperty("--viewport", `${free}px`);
    scrollTo(0, 0);
  };
  viewport.addEventListener("resize", follow);
  return () => {
    viewport.removeEventListener("resize", follow);
    root.style.removeProperty("--viewport");
  };
}

/** Heights in CSS pixels. */
export interface Heights {
  /** Of the visual viewport. */
  visible: number;
  /** `innerHeight`: of the layout in most browsers; in iOS 26 of what can be seen, as the visual viewport. */
  inner: number;
  /** `clientHeight` of the root element: of the layout, which the keyboard covers. */
  layout: number;
}

/** The height that a keyboard leaves of the layout; null where nothing covers it. */
export function heightAboveKeyboard({ visible, inner, layout }: Heights): number | null {
  // A pixel is what rounding takes.
  return visible < Math.max(inner, layout) - 1 ? visible : null;
}
