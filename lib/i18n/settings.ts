/** The words of the settings in each language. They are loaded when the settings are opened for the first time. */
import { SETTINGS as ENGLISH } from "./en/settings.ts";
import { SETTINGS as JAPANESE } from "./ja/settings.ts";
import type { Language } from "./language.ts";
import type { SettingsWords } from "./types/settings.ts";
import { SETTINGS as CHINESE } from "./zh/settings.ts";

export const SETTINGS_WORDS: Record<Language, SettingsWords> = { en: ENGLISH, ja: JAPANESE, zh: CHINESE };
