import { useEffect, useRef } from "preact/hooks";
import type { ChatStore } from "@/web/chat/chat_store.ts";
import { SECTIONS, type SettingsStores } from "@/web/settings/settings_stores.ts";
import type { SettingsSection } from "@/lib/i18n/types/settings.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import type { Preferences } from "@/web/browser/preferences.ts";
import { appConfig } from "@/web/presence/presence.ts";
import { SETTINGS_WORDS } from "@/lib/i18n/settings.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { AppearanceSection } from "./AppearanceSection.tsx";
import { AvatarSection } from "./AvatarSection.tsx";
import { CharacterSection } from "./CharacterSection.tsx";
import { HearingSection } from "./HearingSection.tsx";
import { LanguageSection } from "./LanguageSection.tsx";
import { ServerSection } from "./ServerSection.tsx";
import { UploadCard } from "./UploadCard.tsx";

export interface SettingsDialogProps {
  chat: ChatStore;
  stores: SettingsStores;
  /** Null until the server has said it. */
  status: Status | null;
  words: Words;
  preferences: Preferences;
}

/** Everything a user would change, beside the stage, so that what it changes is seen. */
export function SettingsDialog({ chat, stores, status, words, preferences }: SettingsDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { language } = preferences;
  const text = SETTINGS_WORDS[language];
  const { settings, openSection: open } = stores;
  const section = open.value ?? "language";
  const problem = settings.error.value;

  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    return () => stores.clearResults();
  }, []);

  // Another page may have changed them, too: this one hears of it by its avatar.
  const news = appConfig.value;
  useEffect(() => {
    void settings.read();
    void stores.avatars.read();
    void stores.characters.read();
  }, [news]);

  const parts = { chat, stores, settings, status, words, text, language };
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="settings-title"
      onClose={() => open.value = null}
      onMouseDown={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <header class="sheet-head">
        <h2 id="settings-title">{words.settings}</h2>
        <RoundButton icon="close" label={words.close} onClick={() => dialog.current?.close()} />
      </header>
      <Tabs chosen={section} names={text.sections} label={words.settings} onChoose={(name) => open.value = name} />
      <div
        class="sheet-body"
        role="tabpanel"
        id="settings-panel"
        aria-labelledby={`settings-tab-${section}`}
        tabIndex={0}
        key={section}
      >
        <p class="sheet-about">{text.about[section]}</p>
        {problem !== null && (
          <p class="field-error" role="alert">
            {problem.message}{" "}
            <button type="button" class="link" onClick={() => void settings.read()}>{words.tryAgain}</button>
          </p>
        )}
        {section === "language" && <LanguageSection {...parts} />}
        {section === "character" && <CharacterSection {...parts} />}
        {section === "hearing" && <HearingSection {...parts} />}
        {section === "avatar" && <AvatarSection {...parts} />}
        {section === "appearance" && <AppearanceSection {...parts} preferences={preferences} />}
        {section === "server" && <ServerSection {...parts} />}
      </div>
      <UploadCard stores={stores} words={words} />
      <footer class="sheet-foot" data-restart={settings.needsRestart.value}>
        <p role="status">{settings.needsRestart.value ? text.restartNow : text.keptIn}</p>
      </footer>
    </dialog>
  );
}

interface TabsProps {
  chosen: SettingsSection;
  names: Record<SettingsSection, string>;
  label: string;
  onChoose(section: SettingsSection): void;
}

function Tabs({ chosen, names, label, onChoose }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent) {
    const at = SECTIONS.indexOf(chosen);
    const to = keyTarget(event.key, at);
    if (to === undefined) return;
    event.preventDefault();
    onChoose(SECTIONS[to]!);
    (list.current?.children[to] as HTMLElement | undefined)?.focus();
  }

  return (
    <div class="sheet-tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {SECTIONS.map((section) => (
        <button
          key={section}
          type="button"
          role="tab"
          id={`settings-tab-${section}`}
          aria-controls="settings-panel"
          aria-selected={section === chosen}
          tabIndex={section === chosen ? 0 : -1}
          onClick={() => onChoose(section)}
        >
          <Icon name={section} />
          <span>{names[section]}</span>
        </button>
      ))}
    </div>
  );
}

function keyTarget(key: string, at: number): number | undefined {
  const count = SECTIONS.length;
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}
