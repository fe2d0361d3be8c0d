import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { BrainNotice } from "@/web/components/chat/BrainNotice.tsx";
import { ContextMeter } from "@/web/components/chat/ContextMeter.tsx";
import { Composer } from "@/web/components/chat/Composer.tsx";
import { Greeting } from "@/web/components/chat/Greeting.tsx";
import { Header } from "@/web/components/chat/Header.tsx";
import { MessageList } from "@/web/components/chat/MessageList.tsx";
import { TurnView } from "@/web/components/chat/TurnView.tsx";
import { Conversations } from "@/web/components/conversations/Conversations.tsx";
import { DropZone } from "@/web/components/settings/DropZone.tsx";
import { Settings } from "@/web/components/settings/Settings.tsx";
import { UploadCard } from "@/web/components/settings/UploadCard.tsx";
import { SettingsStores } from "@/web/settings/stores.ts";
import { catchUp } from "@/web/connection/catch_up.ts";
import { ChatStore } from "@/web/chat/chat_store.ts";
import { currentTurn, EMPTY, firstWords } from "@/web/chat/conversation.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { loadFormatter } from "@/web/markdown/load.ts";
import { address } from "@/web/browser/base_path.ts";
import { preferAnew, type Preferences } from "@/web/browser/preferences.ts";
import { appConfig } from "@/web/presence/presence.ts";
import { browserEnvironment, socketUrl } from "@/web/connection/socket.ts";
import { Memory } from "@/web/browser/storage.ts";
import { followKeyboard } from "@/web/browser/viewport.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { Role } from "@/lib/protocol/roles.ts";
import type { CharacterInfo } from "@/lib/protocol/v2.ts";

interface ChatPanelProps {
  config: AppConfig;
  preferences: Preferences;
  /** As what the reader has come in. */
  role: Role;
  /** Whom the reader talks with; null where the language model is itself. */
  character: CharacterInfo | null;
}

/** The conversation beside the character. */
export default function ChatPanel({ config, preferences: initial, role: loaded, character: first }: ChatPanelProps) {
  const chat = useSignal<ChatStore | null>(null);
  const backstage = useSignal<SettingsStores | null>(null);
  const browsing = useSignal(false);
  const preferences = useSignal(initial);
  const { language } = preferences.value;
  const words = WORDS[language];
  const box = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const store = new ChatStore({
      url: socketUrl(config.llm.backendWsUrl, location),
      memory: new Memory(() => localStorage, address("")),
      world: browserEnvironment(),
      nextFrame: (callback) => requestAnimationFrame(callback),
    });
    store.start();
    loadFormatter();
    const behind = new SettingsStores(store.calls);
    chat.value = store;
    backstage.value = behind;
    const unfollow = followKeyboard();
    return () => {
      unfollow();
      behind.dispose();
      store.dispose();
    };
  }, []);

  const told = appConfig.value;
  useEffect(() => {
    if (told !== null) preferences.value = preferAnew(told.ui);
  }, [told]);

  const store = chat.value;
  const behind = backstage.value;
  const turns = store?.turns.value ?? [];
  const status = store?.status.value ?? null;
  const isOwner = (store?.role.value ?? loaded) === "owner";
  const notice = store?.notice.value ?? null;
  const character = store === null || status === null ? first : store.character.value;
  const beginning = store === null || status === null
    ? firstWords({ ...EMPTY, character: first })
    : store.firstWords.value;
  const name = character?.name ?? spokenName((told ?? config).model);
  const connection = store?.connection.value ?? { state: "idle" };

  const opened = useRef(false);
  useEffect(() => {
    if (connection.state !== "open") return;
    // A line that is gone again will be followed by another one.
    if (opened.current) catchUp(config).catch(() => {});
    opened.current = true;
  }, [connection.state]);

  /** Runs an action whose button goes away with it, and takes the keyboard back to the box. */
  function act(action: (store: ChatStore) => void) {
    if (store !== null) action(store);
    focusBox();
  }

  function focusBox() {
    // On a touch screen the focus would bring up the keyboard.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }

  const onReset = connection.state === "open" && turns.length > 0 ? () => act((chat) => chat.reset()) : null;
  return (
    <section class={store === null ? "chat" : "chat ready"} aria-label={words.conversation}>
      <Header
        name={name}
        connection={connection}
        status={status}
        words={words}
        onReset={onReset}
        onReconnect={() => store?.reconnect()}
        onConversations={store === null ? null : () => browsing.value = true}
        onSettings={!isOwner ? undefined : behind === null ? null : () => behind.open.value = "language"}
      >
        {store !== null && <ContextMeter calls={store.calls} turns={turns} words={words} language={language} />}
      </Header>
      {isOwner && behind !== null && status !== null && (
        <BrainNotice
          backstage={behind}
          status={status}
          words={words}
          language={language}
          open={turns.length === 0 && matchMedia("(min-width: 900px)").matches}
        />
      )}
      <MessageList words={words} newest={turns.at(-1)?.turn}>
        {(turns.length === 0 || beginning.greeting !== undefined) && (
          <Greeting
            name={name}
            {...beginning}
            first={turns.length === 0}
            words={words}
            onAsk={store === null ? null : (text) => act((chat) => chat.ask(text))}
            onGreet={store === null ? null : (index) => store.greet(index)}
          />
        )}
        {turns.map((turn, i) => (
          <TurnView
            key={turn.turn}
            turn={turn}
            name={name}
            words={words}
            online={connection.state === "open"}
            last={i === turns.length - 1}
            onRetry={(id) => act((chat) => chat.retry(id))}
            onEdit={(id) => act((chat) => chat.edit(id))}
            onAsk={async (id, text) => {
              await store?.askInstead(id, text);
              focusBox();
            }}
            onRegenerate={(id) => act((chat) => void chat.regenerate(id))}
          />
        ))}
      </MessageList>
      {notice !== null && (
        <p class="notice-line" role="alert">
          {words.errors[notice.code]}: {notice.message}
          <button type="button" class="link" onClick={() => store?.dismissNotice()}>{words.close}</button>
        </p>
      )}
      <Composer chat={store} busy={currentTurn(turns) !== undefined} words={words} box={box} onDone={focusBox} />
      <div class="visually-hidden" aria-live="polite">
        {store?.announcements.value.map(({ id, text }) => <p key={id}>{text}</p>)}
      </div>
      {store !== null && browsing.value && (
        <Conversations
          calls={store.calls}
          words={words}
          language={language}
          onNew={onReset}
          onClose={(moved) => {
            browsing.value = false;
            if (moved) focusBox();
          }}
        />
      )}
      {isOwner && behind !== null && (
        <>
          <Settings backstage={behind} status={status} words={words} preferences={preferences} />
          <DropZone uploads={behind.uploads} words={words} />
          {behind.open.value === null && <UploadCard uploads={behind.uploads} words={words} />}
        </>
      )}
    </section>
  );
}

/** What to call the character: `mao_pro` is Mao pro. */
function spokenName(model: string): string {
  const words = model.replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
