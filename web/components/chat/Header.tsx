import type { ComponentChildren } from "preact";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Connection } from "@/web/connection/chat_socket.ts";
import { LINK_REVOKED, type Status } from "@/lib/protocol/v2.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { Portrait } from "@/web/components/Portrait.tsx";
import { loadConversations } from "@/web/components/conversations/Conversations.tsx";
import { loadSettings } from "@/web/components/settings/Settings.tsx";

interface HeaderProps {
  name: string;
  /** Address of the character's picture, where it has one. */
  picture: string | undefined;
  connection: Connection;
  status: Status | null;
  words: Words;
  /** Null while nothing can be reset. */
  onReset: (() => void) | null;
  onReconnect(): void;
  /** Shows all conversations. Null until the page is alive. */
  onConversations: (() => void) | null;
  /** Null until the page is alive. Undefined where there are none for the reader. */
  onSettings: (() => void) | null | undefined;
  /** Stands before the buttons. */
  children?: ComponentChildren;
}

export function Header(props: HeaderProps) {
  const { name, picture, connection, status, words, onReset, onReconnect, onConversations, onSettings, children } =
    props;
  const { tone, text } = describe(connection, status, words);
  const stuck = connection.state === "waiting" || connection.state === "closed";
  return (
    <header class="chat-header">
      {picture !== undefined && <Portrait title={name} picture={picture} />}
      <div class="who">
        <h2>{name}</h2>
        <p class="status" data-tone={tone} role="status">
          <span class="dot" aria-hidden="true" />
          <span class="status-text" title={status?.reachable ? `${status.server} · ${status.model}` : undefined}>
            {text}
          </span>
          {stuck && <button type="button" class="link" onClick={onReconnect}>{words.connection.reconnect}</button>}
        </p>
      </div>
      {status?.away && (
        <span class="away" title={words.leavesMachine(whereTo(status))}>
          <Icon name="cloud" />
          <span class="visually-hidden">{words.leavesMachine(whereTo(status))}</span>
        </span>
      )}
      {children}
      <RoundButton
        icon="chats"
        label={words.conversations.title}
        aria-haspopup="dialog"
        disabled={onConversations === null}
        onPointerEnter={() => preload(loadConversations)}
        onFocus={() => preload(loadConversations)}
        onClick={() => onConversations?.()}
      />
      <RoundButton
        icon="compose"
        label={words.newConversation}
        disabled={onReset === null}
        onClick={() => onReset?.()}
      />
      {onSettings !== undefined && (
        <RoundButton
          icon="settings"
          label={words.settings}
          aria-haspopup="dialog"
          disabled={onSettings === null}
          onPointerEnter={() => preload(loadSettings)}
          onFocus={() => preload(loadSettings)}
          onClick={() => onSettings?.()}
        />
      )}
    </header>
  );
}

/** Where messages go. */
function whereTo({ standIn, host, model }: Status): string {
  return standIn?.server ?? (host || model);
}

/** Whoever comes near a button may want what it opens. */
function preload(load: () => Promise<void>) {
  // Where they cannot be brought, whoever presses the button is told.
  load().catch(() => {});
}

type Tone = "good" | "demo" | "busy" | "bad";

function describe(connection: Connection, status: Status | null, words: Words): { tone: Tone; text: string } {
  if (connection.state === "waiting") return { tone: "bad", text: words.connection.waiting };
  if (connection.state === "closed" && connection.code === LINK_REVOKED) {
    return { tone: "bad", text: words.connection.revoked };
  }
  if (connection.state === "closed") return { tone: "bad", text: connection.reason || words.connection.closed };
  if (connection.state !== "open" || status === null) return { tone: "busy", text: words.connection.connecting };
  if (status.provider === "none") return { tone: "bad", text: words.noModel };
  if (status.standIn !== undefined) return { tone: "demo", text: `${words.ready} · ${status.standIn.model}` };
  if (status.provider === "demo") return { tone: "demo", text: words.demo };
  return { tone: status.modelPresent === false ? "demo" : "good", text: `${words.ready} · ${status.model}` };
}
