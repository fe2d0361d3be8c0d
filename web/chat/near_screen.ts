/** Which parts of a long scrolling box are near enough to what is seen to be drawn. */

/** How far beyond the box's edges that is: a page of reading each way. */
const MARGIN = "100% 0px";

type Told = (near: boolean, height: number) => void;

const observers = new WeakMap<Element, IntersectionObserver>();
const listeners = new WeakMap<Element, Told>();

/**
 * Tells whether an element is near what is seen of its scrolling box, now and whenever that changes.
 *
 * @param told gets the element's height, too, in CSS pixels
 * @returns the disposer
 */
export function watchNear(element: Element, box: Element, told: Told): () => void {
  let observer = observers.get(box);
  if (observer === undefined) {
    observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting, boundingClientRect: { height } } of entries) {
        listeners.get(target)?.(isIntersecting, height);
      }
    }, { root: box, rootMargin: MARGIN });
    observers.set(box, observer);
  }
  listeners.set(element, told);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer.unobserve(element);
  };
}

/** Whether the reader has something in hand there that would be lost: the keyboard, a selection, a box written in. */
export function isHeld(element: Element): boolean {
  const selection = getSelection();
  return element.contains(document.activeElement) || element.querySelector("textarea") !== null ||
    (selection !== null && !selection.isCollapsed && selection.containsNode(element, true));
}

/** How tall a turn may be that has never been drawn, CSS pixels: by its text at the panel's usual width. */
export function guessHeight({ prompt, text }: { prompt: string; text: string }): number {
  return 80 + 24 * (Math.ceil(prompt.length / 40) + Math.ceil(text.length / 40));
}
