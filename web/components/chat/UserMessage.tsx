import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { MessageEditor } from "./MessageEditor.tsx";

interface UserMessageProps {
  text: string;
  words: Words;
  /** True when other turns follow. */
  followed: boolean;
  /** Asks that instead. Null while it cannot be. Rejects, with a `CallError`, when the server does not take it. */
  onAsk: ((text: string) => Promise<void>) | null;
}

/** A message of the reader, with a button to edit it. */
export function UserMessage({ text, words, followed, onAsk }: UserMessageProps) {
  const editing = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);

  if (editing.value && onAsk !== null) {
    return (
      <MessageEditor
        text={text}
        words={words}
        followed={followed}
        onAsk={onAsk}
        onCancel={() => {
          editing.value = false;
          // The button comes back with the next drawing.
          requestAnimationFrame(() => button.current?.focus());
        }}
      />
    );
  }
  return (
    <div class="row own">
      {onAsk !== null && (
        <button
          type="button"
          class="small-round"
          ref={button}
          aria-label={words.turns.edit}
          title={words.turns.edit}
          onClick={() => editing.value = true}
        >
          <Icon name="pencil" />
        </button>
      )}
      <div class="message said">
        <h3 class="visually-hidden">{words.you}</h3>
        <p class="text" dir="auto">{text}</p>
      </div>
    </div>
  );
}
