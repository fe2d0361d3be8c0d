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

export interface Preferences {
  language: Language;
  theme: Theme;
  enter: EnterKey;
}

/**
 * What the reader has chosen, or else the configuration, or else the browser.
 *
 * @param cookie all cookies, as a request's header or `document.cookie` has them
 * @param accepted the language of ours that the browser wants most
 */
export function preferencesOf(cookie: string | null, accepted: Language, ui?: AppConfig["ui"]): Preferences {
  const cookies = parseCookie(cookie ?? "");
  const theme = cookies.theme ?? ui?.theme;
  return {
    language: languageOf(cookies.language ?? ui?.language ?? "") ?? accepted,
    theme: THEMES.find((known) => known === theme) ?? "system",
    enter: ENTER_KEYS.find((known) => known === cookies.enter) ?? "auto",
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
  for (const [name, value] of Object.entries(change)) setCookie(name, value);
  applyToPage({ ...before, ...change });
}

/** Takes up defaults that the server has told since; what the reader has chosen stays. Only in the browser. */
export function applyDefaults(ui: AppConfig["ui"]): void {
  applyToPage(preferencesOf(document.cookie, firstLanguage(navigator.languages), ui));
}

function applyToPage(preferences: Preferences): void {
  document.documentElement.lang = preferences.language;
  document.documentElement.dataset.theme = preferences.theme;
  current.value = preferences;
}
