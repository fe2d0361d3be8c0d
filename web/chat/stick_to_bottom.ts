/** Closer to the end than this, in CSS pixels, counts as being there. */
const END_TOLERANCE_PX = 48;

export interface StickToBottom {
  /** Goes to the end and stays there. */
  toEnd(): void;
  dispose(): void;
}

/**
 * Keeps a scrolling box at its end while its content grows, until the reader scrolls up.
 *
 * @param onChange told whether the box sticks, each time that changes
 */
export function stickToBottom(
  box: HTMLElement,
  content: HTMLElement,
  onChange: (stuck: boolean) => void,
): StickToBottom {
  let stuck = true;
  let lastTop = box.scrollTop;

  function set(next: boolean) {
    if (next === stuck) return;
    stuck = next;
    onChange(next);
  }

  function follow() {
    if (stuck) box.scrollTop = box.scrollHeight;
  }

  function onScroll() {
    const top = box.scrollTop;
    const near = box.scrollHeight - top - box.clientHeight < END_TOLERANCE_PX;
    // Only going up lets go: growing content also moves the end away, but never the reader up.
    if (near) set(true);
    else if (top < lastTop) set(false);
    lastTop = top;
  }

  // Runs after layout and before painting, whatever made the content grow or the box shrink.
  const observer = new ResizeObserver(follow);
  observer.observe(content);
  observer.observe(box);
  box.addEventListener("scroll", onScroll, { passive: true });
  follow();

  return {
    toEnd() {
      set(true);
      follow();
    },
    dispose() {
      observer.disconnect();
      box.removeEventListener("scroll", onScroll);
    },
  };
}
