import { LANGUAGES } from "@/lib/i18n/language.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { ENTER_KEYS, type Preferences, setPreferences, TEXT_TIMES, THEMES } from "@/web/browser/preferences.ts";
import { Fields } from "./Field.tsx";
import { FIELDS, type SectionProps } from "./section.ts";

/** Colours and language: of this browser, and of everyone who has chosen none. */
export function AppearanceSection(
  { settings, words, text, preferences }: SectionProps & { preferences: Preferences },
) {
  const choose = (change: Partial<Preferences>) => setPreferences(change, preferences);
  return (
    <>
      <h3>{text.thisBrowser}</h3>
      <fieldset class="field">
        <legend class="label">{text.fields["ui.theme"]?.label ?? words.appearance}</legend>
        <div class="segments">
          {THEMES.map((theme) => (
            <label key={theme}>
              <input
                type="radio"
                name="theme"
                checked={preferences.theme === theme}
                onChange={() => choose({ theme })}
              />
              <span>{words.themes[theme]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend class="label">{words.language}</legend>
        <div class="segments">
          {LANGUAGES.map((language) => (
            <label key={language}>
              <input
                type="radio"
                name="language"
                checked={preferences.language === language}
                onChange={() => choose({ language })}
              />
              <span lang={language}>{WORDS[language].name}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend class="label">{words.enterKey}</legend>
        <div class="segments">
          {ENTER_KEYS.map((enter) => (
            <label key={enter}>
              <input
                type="radio"
                name="enter"
                checked={preferences.enter === enter}
                onChange={() => choose({ enter })}
              />
              <span>{words.enterKeys[enter]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend class="label">{words.voice.textTime}</legend>
        <div class="segments">
          {TEXT_TIMES.map((textTime) => (
            <label key={textTime}>
              <input
                type="radio"
                name="text-time"
                checked={preferences.textTime === textTime}
                onChange={() => choose({ textTime })}
              />
              <span>{words.voice.textTimes[textTime]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <h3>{text.everybody}</h3>
      <Fields settings={settings} names={FIELDS.appearance} words={words} text={text} />
    </>
  );
}
