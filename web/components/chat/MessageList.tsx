import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import { stickToBottom } from "@/web/chat/stick_to_bottom.ts";
import { Icon } from "@/web/components/Icon.tsx";

interface MessageListProps {
  words: Words;
  /** Names the newest turn: when another one is, the reader has spoken or gone elsewhere, and the list goes to its end. */
  newest: string | undefined;
  children: ComponentChildren;
}

/** The conversation, scrolled to its end unless the reader has gone up to read. */
export function MessageList({ words, newest, children }: MessageListProps) {
  const list = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stick = useRef<ReturnType<typeof stickToBottom> | null>(null);
  const atEnd = useSignal(true);

  useEffect(() => {
    if (list.current === null || content.current === null) return;
    stick.current = stickToBottom(list.current, content.current, (stuck) => atEnd.value = stuck);
    return () => stick.current?.dispose();
  }, []);

  useEffect(() => {
    if (newest !== undefined) stick.current?.toEnd();
  }, [newest]);

  return (
    <div class="log-frame">
      {/* Changes are read out sentence by sentence elsewhere: a log that grows by tokens is unbearable to listen to. */}
      <div class="log" role="log" aria-live="off" aria-label={words.conversation} tabIndex={0} ref={list}>
        <div class="log-content" ref={content}>{children}</div>
      </div>
      {!atEnd.value && (
        <button type="button" class="latest" onClick={() => stick.current?.toEnd()}>
          <Icon name="down" />
          {words.latest}
        </button>
      )}
    </div>
  );
}
