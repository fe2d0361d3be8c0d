import { useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "@/web/browser/clipboard.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { formatter } from "@/web/markdown/load.ts";
import type { MarkdownView } from "@/web/markdown/view.ts";

const COPIED_MS = 1600;

interface AssistantMessageProps {
  text: string;
  /** True while the text may grow. */
  live: boolean;
  /** True for words that were written as a story, such as a greeting. */
  prose?: boolean;
  words: Words;
}

/** A message of the character, as Markdown; as plain text until the formatter is loaded. */
export function AssistantMessage({ text, live, prose = false, words }: AssistantMessageProps) {
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView | null>(null);
  const loaded = formatter.value;

  useLayoutEffect(() => {
    if (loaded === null || root.current === null) return;
    const made = new loaded.MarkdownView(root.current, { copy: words.copy, prose });
    view.current = made;
    return () => made.dispose();
  }, [loaded, prose, words]);

  useLayoutEffect(() => view.current?.update(text, !live));

  async function onClick(event: Event) {
    const found = loaded?.codeToCopy(event);
    if (!found || !await copyText(found.code)) return;
    found.button.textContent = words.copied;
    setTimeout(() => found.button.textContent = words.copy, COPIED_MS);
  }

  if (loaded === null) return <p class="text" dir="auto">{text}</p>;
  // The keyboard reaches the buttons inside by themselves; this only listens.
  return <div class="formatted" ref={root} onClick={onClick} />;
}
