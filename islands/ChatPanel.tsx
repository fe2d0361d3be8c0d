import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { BrainNotice } from "@/components/chat/BrainNotice.tsx";
import { Composer } from "@/components/chat/Composer.tsx";
import { Greeting } from "@/components/chat/Greeting.tsx";
import { Header } from "@/components/chat/Header.tsx";
import { MessageList } from "@/components/chat/MessageList.tsx";
import { TurnView } from "@/components/chat/TurnView.tsx";
import { ChatStore } from "@/lib/client/chat_store.ts";
import { currentTurn } from "@/lib/client/conversation.ts";
import { WORDS } from "@/lib/client/i18n.ts";
import { loadFormatter } from "@/lib/client/markdown/load.ts";
import type { Preferences } from "@/lib/client/preferences.ts";
import { browserWorld, socketUrl } from "@/lib/client/socket.ts";
import { Memory } from "@/lib/client/storage.ts";
import { followKeyboard } from "@/lib/client/viewport.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

interface ChatPanelProps {
  config: AppConfig;
  preferences: Preferences;
}

/** The conversation beside the character. */
export default function ChatPanel({ config, preferences: initial }: ChatPanelProps) {
  const chat = useSignal<ChatStore | null>(null);
  const preferences = useSignal(initial);
  const words = WORDS[preferences.value.language];
  const name = spokenName(config.model);
  const box = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const store = new ChatStore({
      url: socketUrl(config.llm.backendWsUrl, location),
      memory: new Memory(() => localStorage),
      world: browserWorld(),
      nextFrame: (callback) => requestAnimationFrame(callback),
    });
    store.start();
    loadFormatter();
    chat.value = store;
    const unfollow = followKeyboard();
    return () => {
      unfollow();
      store.dispose();
    };
  }, []);

  const store = chat.value;
  const turns = store?.turns.value ?? [];
  const status = store?.status.value ?? null;
  const notice = store?.notice.value ?? null;
  const connection = store?.connection.value ?? { state: "idle" };

  /** Runs an action whose button goes away with it, and takes the keyboard back to the box. */
  function act(action: (store: ChatStore) => void) {
    if (store !== null) action(store);
    focusBox();
  }

  function focusBox() {
    // On a touch screen the focus would bring up the keyboard.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }

  return (
    <section class={store === null ? "chat" : "chat ready"} aria-label={words.conversation}>
      <Header
        name={name}
        connection={connection}
        status={status}
        words={words}
        preferences={preferences}
        onReset={connection.state === "open" && turns.length > 0 ? () => act((chat) => chat.reset()) : null}
        onReconnect={() => store?.reconnect()}
      />
      {status !== null && (
        <BrainNotice
          status={status}
          words={words}
          open={turns.length === 0 && matchMedia("(min-width: 900px)").matches}
        />
      )}
      <MessageList words={words} said={turns.findLast((turn) => turn.state === "unsent")?.turn}>
        {turns.length === 0 && (
          <Greeting
            name={name}
            words={words}
            onAsk={store === null ? null : (text) => act((chat) => chat.ask(text))}
          />
        )}
        {turns.map((turn) => (
          <TurnView
            key={turn.turn}
            turn={turn}
            name={name}
            words={words}
            online={connection.state === "open"}
            onRetry={(id) => act((chat) => chat.retry(id))}
            onEdit={(id) => act((chat) => chat.edit(id))}
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
    </section>
  );
}

/** What to call the character: `mao_pro` is Mao pro. */
function spokenName(model: string): string {
  const words = model.replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
