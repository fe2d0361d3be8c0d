import { useEffect, useRef } from "preact/hooks";
import { type Section, SECTIONS } from "@/web/settings/stores.ts";
import { appConfig } from "@/web/presence/presence.ts";
import { SETTINGS } from "@/lib/i18n/words/settings.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { AppearanceSection } from "./AppearanceSection.tsx";
import { AvatarSection } from "./AvatarSection.tsx";
import { CharacterSection } from "./CharacterSection.tsx";
import { LanguageSection } from "./LanguageSection.tsx";
import { ServerSection } from "./ServerSection.tsx";
import type { SettingsProps } from "./Settings.tsx";
import { UploadCard } from "./UploadCard.tsx";

/** Everything a user would change, beside the stage, so that what it changes is seen. */
export function SettingsDialog({ backstage, status, words, preferences }: SettingsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { language } = preferences.value;
  const text = SETTINGS[language];
  const { settings, open } = backstage;
  const section = open.value ?? "language";
  const problem = settings.problem.value;

  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    return () => backstage.settle();
  }, []);

  // Another page may have changed them, too: this one hears of it by its avatar.
  const news = appConfig.value;
  useEffect(() => {
    void settings.read();
    void backstage.avatars.read();
    void backstage.characters.read();
  }, [news]);

  const parts = { backstage, settings, status, words, text, language };
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
        {section === "avatar" && <AvatarSection {...parts} />}
        {section === "appearance" && <AppearanceSection {...parts} preferences={preferences} />}
        {section === "server" && <ServerSection {...parts} />}
      </div>
      <UploadCard stores={backstage} words={words} />
      <footer class="sheet-foot" data-restart={settings.restart.value}>
        <p role="status">{settings.restart.value ? text.restartNow : text.keptIn}</p>
      </footer>
    </dialog>
  );
}

interface TabsProps {
  chosen: Section;
  names: Record<Section, string>;
  label: string;
  onChoose(section: Section): void;
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
