import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { CallError } from "@/web/connection/call_client.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { errorText, errorTitle } from "@/web/components/error_words.ts";

interface MessageEditorProps {
  text: string;
  words: Words;
  followed: boolean;
  onAsk(text: string): Promise<void>;
  onCancel(): void;
}

/** A message to be said differently, in its own place. */
export function MessageEditor({ text, words, followed, onAsk, onCancel }: MessageEditorProps) {
  const draft = useSignal(text);
  const sending = useSignal(false);
  const error = useSignal<TurnError | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, []);

  async function ask() {
    if (draft.value.trim() === "" || sending.value) return;
    sending.value = true;
    error.value = null;
    try {
      await onAsk(draft.value);
    } catch (reason) {
      if (!(reason instanceof CallError)) throw reason;
      error.value = reason.error;
    } finally {
      sending.value = false;
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    // Keys of an input method's are not ours. Safari says so only by the key code 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void ask();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    }
  }

  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <div class="grow" data-text={draft.value}>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={words.turns.editing}
          defaultValue={text}
          enterkeyhint="send"
          onInput={(event) => draft.value = event.currentTarget.value}
          onKeyDown={onKeyDown}
        />
      </div>
      {error.value !== null && (
        <p class="editor-error" role="alert">{errorTitle(error.value, words)}: {errorText(error.value, words)}</p>
      )}
      <div class="editor-foot">
        <p>{followed && words.turns.replaces}</p>
        <button type="button" class="pill" onClick={onCancel}>{words.cancel}</button>
        <button type="submit" class="pill main" disabled={draft.value.trim() === "" || sending.value}>
          {words.send}
        </button>
      </div>
    </form>
  );
}
