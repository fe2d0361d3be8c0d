import { useLayoutEffect, useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import { Icon } from "@/web/components/Icon.tsx";

/** As long as the server takes it. */
const LONGEST = 200;

interface RenameFormProps {
  title: string;
  words: Words;
  onSave(title: string): void;
  onCancel(): void;
}

/** A conversation's title, to be written over. */
export function RenameForm({ title, words, onSave, onCancel }: RenameFormProps) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.select(), []);

  function save() {
    const text = input.current?.value.trim() ?? "";
    if (text === "" || text === title) onCancel();
    else onSave(text);
  }

  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Not the whole list is to go away.
        event.preventDefault();
        event.stopPropagation();
        // An input method takes its own word back by that key.
        if (!event.isComposing) onCancel();
      }}
    >
      <input
        ref={input}
        defaultValue={title}
        dir="auto"
        maxLength={LONGEST}
        aria-label={words.conversations.newTitle}
        autocomplete="off"
        enterkeyhint="done"
      />
      <button type="submit" class="small-round" aria-label={words.save} title={words.save}>
        <Icon name="check" />
      </button>
      <button type="button" class="small-round" aria-label={words.cancel} title={words.cancel} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </form>
  );
}
