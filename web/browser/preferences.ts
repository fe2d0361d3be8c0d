/** How the reader wants the page to look and speak. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { parseCookie } from "cookie";
import { firstLanguage, type Language, languageOf } from "@/lib/i18n/language.ts";
import { setCookie } from "./cookies.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

export const THEMES = ["system", "light", "dark", "contrast"] as const;

/** `system` follows the device. */
export type Theme = typeof THEMES[number];

export const ENTER_KEYS = ["auto", "send", "newline"] as const;

/** What Enter does in the box; `auto` is what it does elsewhere on the device: a new line on phones. */
export type EnterKey = typeof ENTER_KEYS[number];

export const TEXT_TIMES = ["first", "heard"] as const;

/** When an answer that is said aloud is shown: as soon as it comes, or as it is heard. */
export type TextTime = typeof TEXT_TIMES[number];

export interface Preferences {
  language: Language;
  theme: Theme;
  enter: EnterKey;
  /** Whether the character is heard. */
  sound: boolean;
  /** How loud, from 0 to 1. */
  volume: number;
  textTime: TextTime;
}

/** What the configuration says for those who have not chosen. */
export type PreferenceDefaults = Pick<AppConfig, "ui" | "voice">;

/** As loud as the character is where nothing says otherwise, from 0 to 1. */
const USUAL_VOLUME = 0.8;

/**
 * What the reader has chosen, or else the configuration, or else the browser.
 *
 * @param cookie all cookies, as a request's header or `document.cookie` has them
 * @param accepted the language of ours that the browser wants most
 */
export function preferencesOf(
  cookie: string | null,
  accepted: Language,
  { ui, voice }: PreferenceDefaults = {},
): Preferences {
  const cookies = parseCookie(cookie ?? "");
  const theme = cookies.theme ?? ui?.theme;
  const volume = Number(cookies.volume ?? NaN);
  return {
    language: languageOf(cookies.language ?? ui?.language ?? "") ?? accepted,
    theme: THEMES.find((known) => known === theme) ?? "system",
    enter: ENTER_KEYS.find((known) => known === cookies.enter) ?? "auto",
    sound: cookies.sound !== "false",
    volume: volume >= 0 && volume <= 1 ? volume : voice?.volume ?? USUAL_VOLUME,
    textTime: TEXT_TIMES.find((known) => known === cookies.textTime) ?? "first",
  };
}

const current = signal<Preferences | null>(null);

/**
 * What holds on this page, for all of its islands. Null until something has changed since the server rendered the page:
 * until then, what the server has put into the islands' properties holds. Only the browser writes it.
 */
export const preferences: ReadonlySignal<Preferences | null> = current;

/**
 * Changes what holds on this page, and keeps it in cookies for the next ones. Only in the browser.
 *
 * @param before what has held until now
 */
export function setPreferences(change: Partial<Preferences>, before: Preferences): void {
  for (const [name, value] of Object.entries(change)) setCookie(name, String(value));
  applyToPage({ ...before, ...change });
}

/** Takes up defaults that the server has told since; what the reader has chosen stays. Only in the browser. */
export function applyDefaults(defaults: PreferenceDefaults): void {
  applyToPage(preferencesOf(document.cookie, firstLanguage(navigator.languages), defaults));
}

function applyToPage(preferences: Preferences): void {
  document.documentElement.lang = preferences.language;
  document.documentElement.dataset.theme = preferences.theme;
  current.value = preferences;
}
