/** The key that is held to talk, wherever the keyboard is. */
import type { TalkKey } from "@/lib/i18n/types/hearing.ts";

export const TALK_KEYS: readonly TalkKey[] = ["space", "control", "f8", "none"];

const CODES: Readonly<Record<TalkKey, string>> = { space: "Space", control: "ControlRight", f8: "F8", none: "" };

/** Where Space has a meaning of its own. */
const TAKES_SPACE = "input, textarea, select, button, a, summary, [contenteditable], [role=slider], [role=tab]";

export interface TalkKeyHandlers {
  press(): void;
  release(): void;
}

/** Watches a key until the signal is aborted. */
export function watchTalkKey(key: TalkKey, handlers: TalkKeyHandlers, signal: AbortSignal): void {
  if (key === "none") return;
  const code = CODES[key];
  let isHeld = false;

  function end(): void {
    if (isHeld) handlers.release();
    isHeld = false;
  }

  addEventListener("keydown", (event) => {
    if (event.code !== code) {
      // A key with Control is a command.
      if (key === "control") end();
      return;
    }
    const isTaken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null;
    if (!isHeld && (isTaken || event.repeat || (key === "space" && takesSpace(event)))) return;
    // The page would scroll.
    event.preventDefault();
    if (!isHeld) handlers.press();
    isHeld = true;
  }, { signal });
  addEventListener("keyup", (event) => event.code === code && end(), { signal });
  // Who goes elsewhere lets go there.
  addEventListener("blur", end, { signal });
  document.addEventListener("visibilitychange", end, { signal });
  signal.addEventListener("abort", end, { once: true });
}

function takesSpace({ target, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  return shiftKey || ctrlKey || altKey || metaKey ||
    (target instanceof Element && target.closest(TAKES_SPACE) !== null);
}
