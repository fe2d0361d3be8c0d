import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ConversationList } from "@/web/conversations/conversation_list.ts";
import { download } from "@/web/browser/download.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { relativeTime } from "@/lib/i18n/relative_time.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { Highlight } from "./Highlight.tsx";
import { RenameForm } from "./RenameForm.tsx";

const FORMATS = [
  { format: "markdown", label: "Markdown", type: "text/markdown;charset=utf-8" },
  { format: "json", label: "JSON", type: "application/json" },
] as const;

interface ConversationItemProps {
  item: ConversationSummary;
  list: ConversationList;
  words: Words;
  language: string;
  /** Milliseconds since 1970. */
  now: number;
  /** True when what can be done with it is shown. */
  expanded: boolean;
  onExpand(expanded: boolean): void;
  onOpen(): void;
  /** It has been deleted: the keyboard needs another place. */
  onGone(): void;
}

/** One conversation, and what can be done with it. */
export function ConversationItem(props: ConversationItemProps) {
  const { item, list, words, language, now, expanded, onExpand, onOpen, onGone } = props;
  const doing = useSignal<"nothing" | "renaming" | "deleting">("nothing");
  const more = useRef<HTMLButtonElement>(null);
  const tools = `conversation-tools-${item.id}`;

  useEffect(() => {
    if (!expanded) doing.value = "nothing";
  }, [expanded]);

  function leave() {
    doing.value = "nothing";
    more.current?.focus();
  }

  async function save(format: (typeof FORMATS)[number]) {
    const file = await list.export(item.id, format.format);
    if (file !== undefined) download(file.name, file.text, format.type);
  }

  return (
    <li class="conversation" data-open={item.open} data-expanded={expanded}>
      <div class="conversation-row">
        {doing.value === "renaming"
          ? (
            <RenameForm
              key="rename"
              title={item.title}
              words={words}
              onSave={async (title) => {
                if (await list.rename(item.id, title)) leave();
              }}
              onCancel={leave}
            />
          )
          : (
            <button key="open" type="button" class="conversation-open" aria-current={item.open} onClick={onOpen}>
              <span class="conversation-title" dir="auto">
                <Highlight text={item.title} query={list.itemsQuery.value} />
              </span>
              {item.excerpt !== undefined && item.excerpt !== item.title && (
                <span class="conversation-excerpt" dir="auto">
                  <Highlight text={item.excerpt} query={list.itemsQuery.value} />
                </span>
              )}
              <span class="conversation-facts">
                {item.open && <span class="conversation-here">{words.conversations.here}</span>}
                {item.guest && <span>{words.conversations.guest}</span>}
                <time dateTime={new Date(item.updated).toISOString()}>
                  {relativeTime(item.updated, now, language)}
                </time>
                <span>{words.conversations.turns(item.turns)}</span>
              </span>
            </button>
          )}
        <button
          key="more"
          type="button"
          class="small-round"
          ref={more}
          aria-label={words.conversations.more(item.title)}
          title={words.conversations.more(item.title)}
          aria-expanded={expanded}
          aria-controls={expanded ? tools : undefined}
          onClick={() => onExpand(!expanded)}
        >
          <Icon name="more" />
        </button>
      </div>
      {expanded && doing.value === "nothing" && (
        <div class="conversation-tools" id={tools}>
          <button type="button" class="tool" onClick={() => doing.value = "renaming"}>
            <Icon name="pencil" />
            {words.conversations.rename}
          </button>
          {FORMATS.map((format) => (
            <button
              type="button"
              class="tool"
              key={format.format}
              aria-label={words.conversations.saveAs(format.label)}
              title={words.conversations.saveAs(format.label)}
              onClick={() => save(format)}
            >
              <Icon name="save" />
              {format.label}
            </button>
          ))}
          <button
            type="button"
            class="tool danger"
            aria-label={words.conversations.delete}
            title={words.conversations.delete}
            onClick={() => doing.value = "deleting"}
          >
            <Icon name="trash" />
          </button>
        </div>
      )}
      {expanded && doing.value === "deleting" && (
        <Question
          id={tools}
          words={words}
          onYes={async () => {
            if (await list.delete(item.id)) onGone();
          }}
          onNo={leave}
        />
      )}
    </li>
  );
}

interface QuestionProps {
  id: string;
  words: Words;
  onYes(): void;
  onNo(): void;
}

/** Asks before something is gone for good. */
function Question({ id, words, onYes, onNo }: QuestionProps) {
  const no = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => no.current?.focus(), []);
  return (
    <div class="conversation-question" id={id} role="group" aria-label={words.conversations.deleteQuestion}>
      <p>{words.conversations.deleteQuestion}</p>
      <div class="conversation-tools">
        <button type="button" class="tool" ref={no} onClick={onNo}>{words.cancel}</button>
        <button type="button" class="tool sure" onClick={onYes}>{words.conversations.delete}</button>
      </div>
    </div>
  );
}
