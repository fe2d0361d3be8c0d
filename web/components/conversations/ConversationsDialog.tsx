import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { CallClient } from "@/web/connection/call_client.ts";
import { ConversationList } from "@/web/conversations/conversation_list.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { browserEnvironment } from "@/web/connection/chat_socket.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { errorText, errorTitle } from "@/web/components/error_words.ts";
import { ConversationItem } from "./ConversationItem.tsx";

export interface ConversationsProps {
  calls: CallClient;
  words: Words;
  language: string;
  /** Null while nothing can be begun anew. */
  onNew: (() => void) | null;
  /** @param moved whether the reader is in another conversation now */
  onClose(moved: boolean): void;
}

/** Everything that was talked about: to look through, go on with, rename, save and delete. In front of all else. */
export function ConversationsDialog({ calls, words, language, onNew, onClose }: ConversationsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const moved = useRef(false);
  const expanded = useSignal<string | null>(null);
  const list = useMemo(() => new ConversationList({ calls, schedule: browserEnvironment().schedule }), [calls]);
  const now = useComputed(() => (list.items.value, Date.now()));

  useLayoutEffect(() => {
    dialog.current?.showModal();
    void list.load();
    // On a touch screen the focus would bring up the keyboard.
    if (!matchMedia("(pointer: coarse)").matches) search.current?.focus();
    return () => list.dispose();
  }, [list]);

  function leave(forAnother = false) {
    moved.current = forAnother;
    dialog.current?.close();
  }

  const items = list.items.value;
  const error = list.error.value;
  return (
    <dialog
      class="conversations"
      ref={dialog}
      aria-label={words.conversations.title}
      onClose={() => onClose(moved.current)}
      // What is inside covers all of it, so that only the ground behind is left to be clicked on.
      onClick={(event) => event.target === dialog.current && leave()}
    >
      <div class="conversations-sheet">
        <header>
          <h2>{words.conversations.title}</h2>
          <RoundButton
            icon="compose"
            label={words.newConversation}
            disabled={onNew === null}
            onClick={() => {
              onNew?.();
              leave(true);
            }}
          />
          <RoundButton icon="close" label={words.close} onClick={() => leave()} />
        </header>
        <div class="conversations-search" role="search">
          <Icon name="search" />
          <input
            type="search"
            ref={search}
            aria-label={words.conversations.search}
            placeholder={words.conversations.search}
            value={list.query.value}
            autocomplete="off"
            enterkeyhint="search"
            onInput={(event) => list.search(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || list.query.value === "" || event.isComposing) return;
              // The first press is for what is looked for, the next one for the list.
              event.preventDefault();
              list.search("");
            }}
          />
        </div>
        {error !== null && (
          <p class="conversations-error" role="alert">{errorTitle(error, words)}: {errorText(error, words)}</p>
        )}
        <div class="conversations-list" aria-busy={items === null}>
          {items === null
            ? error === null && <p class="conversations-none">{words.conversations.loading}</p>
            : items.length === 0
            ? (
              <p class="conversations-none" role="status">
                <Icon name={list.itemsQuery.value === "" ? "chats" : "search"} />
                {list.itemsQuery.value === ""
                  ? words.conversations.none
                  : words.conversations.nothingFound(list.itemsQuery.value)}
              </p>
            )
            : (
              <ul>
                {items.map((item) => (
                  <ConversationItem
                    key={item.id}
                    item={item}
                    list={list}
                    words={words}
                    language={language}
                    now={now.value}
                    expanded={expanded.value === item.id}
                    onExpand={(open) => expanded.value = open ? item.id : null}
                    onOpen={async () => {
                      if (item.open || await list.open(item.id)) leave(true);
                    }}
                    onGone={() => {
                      expanded.value = null;
                      search.current?.focus();
                    }}
                  />
                ))}
              </ul>
            )}
        </div>
      </div>
    </dialog>
  );
}
