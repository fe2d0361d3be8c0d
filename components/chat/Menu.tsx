import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { LANGUAGES, WORDS, type Words } from "@/lib/client/i18n.ts";
import { prefer, type Preferences, THEMES } from "@/lib/client/preferences.ts";
import { Icon } from "../Icon.tsx";

interface MenuProps {
  words: Words;
  preferences: Signal<Preferences>;
}

/** Appearance and language. */
export function Menu({ words, preferences }: MenuProps) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open.value) return;
    const whenOutside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) open.value = false;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      open.value = false;
      button.current?.focus();
    };
    document.addEventListener("pointerdown", whenOutside);
    document.addEventListener("focusin", whenOutside);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", whenOutside);
      document.removeEventListener("focusin", whenOutside);
      document.removeEventListener("keydown", onKey);
    };
  }, [open.value]);

  function choose(change: Partial<Preferences>) {
    prefer(change);
    preferences.value = { ...preferences.value, ...change };
  }

  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class="round"
        ref={button}
        aria-label={words.settings}
        title={words.settings}
        aria-expanded={open.value}
        onClick={() => open.value = !open.value}
      >
        <Icon name="settings" />
      </button>
      {open.value && (
        <div class="menu-card">
          <fieldset>
            <legend>{words.appearance}</legend>
            <div class="segments">
              {THEMES.map((theme) => (
                <label key={theme}>
                  <input
                    type="radio"
                    name="theme"
                    checked={preferences.value.theme === theme}
                    onChange={() => choose({ theme })}
                  />
                  <span>{words.themes[theme]}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <fieldset>
            <legend>{words.language}</legend>
            <div class="segments">
              {LANGUAGES.map((language) => (
                <label key={language}>
                  <input
                    type="radio"
                    name="language"
                    checked={preferences.value.language === language}
                    onChange={() => choose({ language })}
                  />
                  <span lang={language}>{WORDS[language].name}</span>
                </label>
              ))}
            </div>
          </fieldset>
        </div>
      )}
    </div>
  );
}
