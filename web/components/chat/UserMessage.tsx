import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import { imageAddress } from "@/web/images/send_image.ts";
import { altOf } from "./AttachedImages.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { MessageEditor } from "./MessageEditor.tsx";

interface UserMessageProps {
  text: string;
  /** What it shows. */
  images?: readonly TurnImage[] | undefined;
  words: Words;
  /** True when other turns follow. */
  followed: boolean;
  /** Asks that instead. Null while it cannot be. Rejects, with a `CallError`, when the server does not take it. */
  onAsk: ((text: string) => Promise<void>) | null;
}

/** A message of the reader, with a button to edit it. */
export function UserMessage({ text, images = [], words, followed, onAsk }: UserMessageProps) {
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
        {images.length > 0 && (
          <div class="shown-images">
            {images.map(({ id, name, width, height }) => (
              <a key={id} href={imageAddress(id)} target="_blank">
                <img src={imageAddress(id)} alt={altOf(name, words)} width={width} height={height} loading="lazy" />
              </a>
            ))}
          </div>
        )}
        <p class="text" dir="auto">{text}</p>
      </div>
    </div>
  );
}
