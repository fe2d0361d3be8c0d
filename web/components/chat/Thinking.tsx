import type { Words } from "@/lib/i18n/types/page.ts";
import { Icon } from "@/web/components/Icon.tsx";

/** What the model thought before it spoke, for those who want to look. */
export function Thinking({ text, live, words }: { text: string; live: boolean; words: Words }) {
  return (
    <details class="thoughts">
      <summary>
        <Icon name="chevron" />
        <span class={live ? "shimmer" : undefined}>{live ? words.thinking : words.thoughts}</span>
      </summary>
      <p class="text" dir="auto">{text}</p>
    </details>
  );
}
