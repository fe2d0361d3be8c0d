import "@/web/browser/polyfills.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { WORDS } from "@/lib/i18n/i18n.ts";
import type { Language } from "@/lib/i18n/language.ts";
import { preferences } from "@/web/browser/preferences.ts";
import { applySplit, type Axis, rememberSplit, shareAfter, type Split, splitOf, within } from "@/web/browser/split.ts";

/** What the handle tells: how the page is split, and by which size. */
interface Told extends Split {
  axis: Axis;
}

/** The handle between the stage and the conversation, for pointers and keys. A double click takes the choice back. */
export default function Divider({ language }: { language: Language }) {
  const handle = useRef<HTMLDivElement>(null);
  const [told, setTold] = useState<Told>({ axis: "width", least: 0, share: 60, most: 100 });
  const words = WORDS[preferences.value?.language ?? language];

  function look(): Told | undefined {
    const element = handle.current;
    const page = element?.parentElement;
    const stage = page?.querySelector(":scope > .stage");
    if (!element || !page || !stage) return undefined;
    // The sheet turns the handle where it turns the page.
    const axis = element.offsetWidth > element.offsetHeight ? "height" : "width";
    return { axis, ...splitOf(axis, page, stage) };
  }

  function tell() {
    const seen = look();
    if (seen !== undefined) setTold(seen);
  }

  useEffect(() => {
    const stage = handle.current?.parentElement?.querySelector(":scope > .stage");
    if (!stage) return;
    const observer = new ResizeObserver(tell);
    observer.observe(stage);
    return () => observer.disconnect();
  }, []);

  function choose(axis: Axis, share: number | null) {
    applySplit(axis, share);
    rememberSplit(axis, share);
  }

  function onKeyDown(event: KeyboardEvent) {
    const seen = look();
    if (seen === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const share = shareAfter(event.key, seen.axis, seen);
    if (share === undefined) return;
    event.preventDefault();
    choose(seen.axis, share);
  }

  function onPointerDown(event: PointerEvent) {
    const seen = look();
    const element = handle.current;
    if (seen === undefined || element === null || event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    const { axis } = seen;
    const placeOf = ({ clientX, clientY }: PointerEvent) => axis === "width" ? clientX : clientY;
    const whole = axis === "width" ? element.parentElement!.clientWidth : element.parentElement!.clientHeight;
    const from = placeOf(event);
    const dragging = new AbortController();
    const options = { signal: dragging.signal };
    let share: number | undefined;
    let waiting = 0;
    element.addEventListener("pointermove", (event) => {
      share = within({ ...seen, share: seen.share + 100 * (placeOf(event) - from) / whole });
      // Both parts are laid out once a picture, however often the pointer tells.
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        if (share !== undefined) applySplit(axis, share);
      });
    }, options);
    element.addEventListener("lostpointercapture", () => {
      dragging.abort();
      cancelAnimationFrame(waiting);
      if (share !== undefined) choose(axis, share);
    }, options);
  }

  const { axis, least, share, most } = told;
  return (
    <div
      ref={handle}
      class="divider"
      role="separator"
      tabIndex={0}
      aria-label={words.divider}
      aria-orientation={axis === "width" ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(share)}
      aria-valuemin={Math.round(least)}
      aria-valuemax={Math.round(most)}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onDblClick={() => choose(axis, null)}
    />
  );
}
