import "@/web/browser/polyfills.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ModelNotice } from "@/web/components/chat/ModelNotice.tsx";
import { VoiceControl } from "@/web/components/chat/VoiceControl.tsx";
import { ContextMeter } from "@/web/components/chat/ContextMeter.tsx";
import { AttachedImages } from "@/web/components/chat/AttachedImages.tsx";
import { Composer } from "@/web/components/chat/Composer.tsx";
import { Greeting } from "@/web/components/chat/Greeting.tsx";
import { Hearing } from "@/web/components/chat/Hearing.tsx";
import { SpokenWords } from "@/web/components/chat/SpokenWords.tsx";
import { Header } from "@/web/components/chat/Header.tsx";
import { MessageList } from "@/web/components/chat/MessageList.tsx";
import { TurnItem } from "@/web/components/chat/TurnItem.tsx";
import { errorText, errorTitle } from "@/web/components/error_words.ts";
import { Conversations } from "@/web/components/conversations/Conversations.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { DropZone } from "@/web/components/settings/DropZone.tsx";
import { Settings } from "@/web/components/settings/Settings.tsx";
import { UploadCard } from "@/web/components/settings/UploadCard.tsx";
import { SettingsStores } from "@/web/settings/settings_stores.ts";
import { refreshAppConfig } from "@/web/connection/refresh_app_config.ts";
import { ChatStore } from "@/web/chat/chat_store.ts";
import { currentTurn, EMPTY_CONVERSATION, greetingChoice } from "@/web/chat/conversation.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { watchTalkKey } from "@/web/hearing/talk_key.ts";
import { loadFormatter } from "@/web/markdown/load.ts";
import { address } from "@/web/browser/base_path.ts";
import { applyDefaults, type Preferences, preferences, setPreferences } from "@/web/browser/preferences.ts";
import { appConfig } from "@/web/presence/presence.ts";
import { browserEnvironment, socketUrl } from "@/web/connection/chat_socket.ts";
import { PageStorage } from "@/web/browser/storage.ts";
import { followKeyboard } from "@/web/browser/viewport.ts";
import { displayName } from "@/lib/protocol/display_name.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { Role } from "@/lib/protocol/role.ts";
import type { CharacterInfo } from "@/lib/protocol/v2.ts";

/** Turns that are drawn wherever the reader is: the end is gone to at once, and has its height. */
const RECENT = 3;

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
  const stores = useSignal<SettingsStores | null>(null);
  const browsing = useSignal(false);
  const current = preferences.value ?? initial;
  const { language } = current;
  const words = WORDS[language];
  const box = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const store = new ChatStore({
      url: socketUrl(config.llm.backendWsUrl, location),
      storage: new PageStorage(() => localStorage, address("")),
      environment: browserEnvironment(),
      nextFrame: (callback) => requestAnimationFrame(callback),
    });
    store.start();
    loadFormatter();
    const settingsStores = new SettingsStores(store.calls);
    chat.value = store;
    stores.value = settingsStores;
    const unfollow = followKeyboard();
    return () => {
      unfollow();
      settingsStores.dispose();
      store.dispose();
    };
  }, []);

  const told = appConfig.value;
  useEffect(() => {
    if (told !== null) applyDefaults(told);
  }, [told]);

  const store = chat.value;
  const isVoiced = (told ?? config).voice?.engine !== "off";
  const { sound, volume } = current;
  useEffect(() => store?.voice.set({ on: isVoiced && sound, volume }), [store, isVoiced, sound, volume]);
  useEffect(() => {
    if (store === null) return;
    const end = new AbortController();
    // Wherever the keyboard is; what is open there comes first.
    addEventListener("keydown", (event) => {
      const isTaken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !isTaken && store.voice.hearing.peek() !== null) store.stop();
    }, { signal: end.signal });
    return () => end.abort();
  }, [store]);
  const { engine, mode } = (told ?? config).hearing ?? { engine: "auto", mode: "hold" };
  const hears = engine === "off" ? null : mode;
  const talkKey = store?.microphone.talkKey.value;
  useEffect(() => {
    if (store === null || talkKey === undefined) return;
    store.microphone.set(hears === null ? null : { mode: hears, language });
    if (hears === null) return;
    const end = new AbortController();
    watchTalkKey(talkKey, store.microphone, end.signal);
    return () => end.abort();
  }, [store, hears, talkKey, language]);
  const settings = stores.value;
  const turns = store?.turns.value ?? [];
  const status = store?.status.value ?? null;
  const isOwner = (store?.role.value ?? loaded) === "owner";
  const microphone = store?.microphone.store.value ?? null;
  const notice = store?.notice.value ?? null;
  const character = store === null || status === null ? first : store.character.value;
  const beginning = store === null || status === null
    ? greetingChoice({ ...EMPTY_CONVERSATION, character: first })
    : store.greeting.value;
  const name = character?.name ?? displayName((told ?? config).model);
  const connection = store?.connection.value ?? { state: "idle" };

  const opened = useRef(false);
  useEffect(() => {
    if (connection.state !== "open") return;
    // A connection that is lost again will be followed by another one.
    if (opened.current) refreshAppConfig(config).catch(() => {});
    opened.current = true;
  }, [connection.state]);

  /** Runs an action whose button goes away with it, and takes the keyboard back to the box. */
  function act(action: (store: ChatStore) => void) {
    if (store !== null) action(store);
    focusBox();
  }

  function focusBox() {
    // On a touch screen the focus would bring up the keyboard.
    if (!matchMedia("(pointer: coarse)").matches) box.current?.focus({ preventScroll: true });
  }

  const onReset = connection.state === "open" && turns.length > 0 ? () => act((chat) => chat.reset()) : null;
  return (
    <section class={store === null ? "chat" : "chat ready"} aria-label={words.conversation}>
      <Header
        name={name}
        picture={character?.picture}
        connection={connection}
        status={status}
        words={words}
        onReset={onReset}
        onReconnect={() => store?.reconnect()}
        onConversations={store === null ? null : () => browsing.value = true}
        onSettings={!isOwner ? undefined : settings === null ? null : () => settings.openSection.value = "language"}
      >
        {isVoiced && (
          <VoiceControl
            preferences={current}
            words={words}
            onChange={(change) => setPreferences(change, current)}
          />
        )}
        {store !== null && <ContextMeter calls={store.calls} turns={turns} words={words} language={language} />}
      </Header>
      {isOwner && settings !== null && status !== null && (
        <ModelNotice
          stores={settings}
          status={status}
          words={words}
          language={language}
          begun={turns.length > 0}
        />
      )}
      <MessageList words={words} newest={microphone?.transcript.value?.id ?? turns.at(-1)?.turn}>
        {(turns.length === 0 || beginning.greeting !== undefined) && (
          <Greeting
            name={name}
            {...beginning}
            first={turns.length === 0}
            words={words}
            onAsk={store === null ? null : (text) => act((chat) => chat.ask(text))}
            onGreet={store === null ? null : (index) => store.chooseGreeting(index)}
            voice={isVoiced ? store?.voice ?? null : null}
            onHear={() => void store?.replayGreeting()}
          />
        )}
        {turns.map((turn, i) => (
          <TurnItem
            key={turn.turn}
            turn={turn}
            name={name}
            words={words}
            online={connection.state === "open"}
            last={i === turns.length - 1}
            recent={i >= turns.length - RECENT}
            onContinue={(id) => act((chat) => chat.continueAnswer(id))}
            onRetry={(id) => act((chat) => chat.retry(id))}
            onEdit={(id) => act((chat) => chat.editUnsent(id))}
            onAsk={async (id, text) => {
              await store?.editTurn(id, text);
              focusBox();
            }}
            onRegenerate={(id) => act((chat) => void chat.regenerate(id))}
            voice={isVoiced ? store?.voice ?? null : null}
            withVoice={current.textTime === "heard"}
            onReplay={(id) => void store?.replay(id)}
          />
        ))}
        {microphone !== null && <SpokenWords store={microphone} turns={turns} words={words} />}
      </MessageList>
      {notice !== null && (
        <p class="notice-line" role="alert">
          {errorTitle(notice, words)}: {errorText(notice, words)}
          <button type="button" class="link" onClick={() => store?.dismissNotice()}>{words.close}</button>
        </p>
      )}
      {store?.voice.isBlocked.value && (
        <div class="voice-blocked" role="status">
          {/* Any press will do. */}
          <button type="button" class="pill">
            <Icon name="sound" />
            {words.voice.blocked(name)}
          </button>
        </div>
      )}
      {store !== null && hears !== null && <Hearing microphone={store.microphone} words={words} language={language} />}
      {store !== null && (
        <AttachedImages attachments={store.box.attachments} status={status} words={words} onDone={focusBox} />
      )}
      <Composer
        chat={store}
        busy={currentTurn(turns) !== undefined || (store?.voice.isSpeaking.value ?? false)}
        words={words}
        enter={current.enter}
        box={box}
        hears={hears}
        onDone={focusBox}
      />
      <div class="visually-hidden" aria-live="polite">
        {store?.announcements.value.map(({ id, text }) => <p key={id}>{text}</p>)}
      </div>
      {store !== null && (
        <Conversations
          open={browsing.value}
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
      {store !== null && (
        <DropZone
          uploads={isOwner ? settings?.uploads ?? null : null}
          attachments={store.box.attachments}
          words={words}
        />
      )}
      {isOwner && store !== null && settings !== null && (
        <>
          <Settings chat={store} stores={settings} status={status} words={words} preferences={current} />
          {settings.openSection.value === null && <UploadCard stores={settings} words={words} />}
        </>
      )}
    </section>
  );
}
