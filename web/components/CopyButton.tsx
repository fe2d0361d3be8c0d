import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import { copyText } from "@/web/browser/clipboard.ts";
import { Icon } from "./Icon.tsx";

const SHOWN_MS = 1600;

/** Copies a text, and says for a moment that it has. */
export function CopyButton({ text, words }: { text: string; words: Words }) {
  const copied = useSignal(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function copy() {
    copied.value = await copyText(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => copied.value = false, SHOWN_MS);
  }

  const label = copied.value ? words.copied : words.copy;
  return (
    <button type="button" class="small-round" aria-label={label} title={label} onClick={copy}>
      <Icon name={copied.value ? "check" : "copy"} />
    </button>
  );
}
