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
    if (viewport.height < innerHeight - 1) {
      root.style.setProperty("--viewport", `${viewport.height}px`);
      scrollTo(0, 0);
    } else root.style.removeProperty("--viewport");
  };
  viewport.addEventListener("resize", follow);
  return () => {
    viewport.removeEventListener("resize", follow);
    root.style.removeProperty("--viewport");
  };
}
