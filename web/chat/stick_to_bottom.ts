/** Closer to the end than this counts as being there for who scrolls down. */
const END_TOLERANCE_PX = 48;

/** Keys by which a box is scrolled up; with Shift, the space bar is one as well. */
const UP = new Set(["ArrowUp", "PageUp", "Home"]);

export interface StickToBottom {
  /** Goes to the end and stays there. */
  toEnd(): void;
  dispose(): void;
}

/**
 * Keeps a scrolling box at its end while its content grows, until the reader moves up, however little. What lets go is
 * the reader's hand: a place that changes may as well be a box that has grown.
 *
 * @param onChange told whether the box sticks, each time that changes
 */
export function stickToBottom(
  box: HTMLElement,
  content: HTMLElement,
  onChange: (stuck: boolean) => void,
): StickToBottom {
  const disposer = new AbortController();
  let stuck = true;
  let last = placeOf(box);
  let lastEdge = box.getBoundingClientRect().top;
  let touched = 0;

  function set(next: boolean) {
    if (next === stuck) return;
    stuck = next;
    onChange(next);
  }

  function follow() {
    const edge = box.getBoundingClientRect().top;
    if (stuck) box.scrollTop = box.scrollHeight;
    // What is read stays where it is on the screen when room is taken or given above.
    else if (edge !== lastEdge) box.scrollTop += edge - lastEdge;
    lastEdge = edge;
    last = placeOf(box);
  }

  function letGo() {
    if (box.scrollTop > 0) set(false);
  }

  function onScroll() {
    const now = placeOf(box);
    // In a box that has grown, or around content that has shrunk, the browser itself moves up to the end.
    const moved = now.shown > last.shown || now.height < last.height;
    if (now.top < last.top && !moved) set(false);
    else if (now.top > last.top && now.height - now.top - now.shown < END_TOLERANCE_PX) set(true);
    last = now;
  }

  function onKey(event: KeyboardEvent) {
    const { target, key, shiftKey } = event;
    // What is typed into a box within is about that box.
    if (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) return;
    if (UP.has(key) || (key === " " && shiftKey)) letGo();
  }

  const options = { passive: true, signal: disposer.signal };
  box.addEventListener("scroll", onScroll, options);
  box.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && letGo(), options);
  box.addEventListener("keydown", onKey, options);
  box.addEventListener("touchstart", ({ touches }) => touched = touches[0]?.clientY ?? 0, options);
  box.addEventListener("touchmove", ({ touches }) => (touches[0]?.clientY ?? 0) > touched && letGo(), options);
  // Runs after layout and before painting, whatever made the content grow or the box shrink.
  const observer = new ResizeObserver(follow);
  observer.observe(content);
  observer.observe(box);
  follow();

  return {
    toEnd() {
      set(true);
      follow();
    },
    dispose() {
      observer.disconnect();
      disposer.abort();
    },
  };
}

function placeOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement) {
  return { top: scrollTop, height: scrollHeight, shown: clientHeight };
}
