/**
 * How the reader wants the page to look and speak. Kept in cookies, not in localStorage, so that the server
 * renders the page right at once and nothing flashes.
 */
import { acceptedLanguage, type Language, languageOf } from "@/lib/i18n/i18n.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

export const THEMES = ["system", "light", "dark", "contrast"] as const;

/** `system` follows the device. */
export type Theme = typeof THEMES[number];

export interface Preferences {
  language: Language;
  theme: Theme;
}

const YEAR_SECONDS = 365 * 24 * 3600;

/** What the request's cookies say, or else the configuration, or else the browser. */
export function preferencesOf(headers: Headers, ui?: AppConfig["ui"]): Preferences {
  const cookies = new Map(
    (headers.get("cookie") ?? "").split(";").map((pair) => {
      const [name = "", value = ""] = pair.trim().split("=");
      return [name, value];
    }),
  );
  const theme = cookies.get("theme") ?? ui?.theme;
  return {
    language: languageOf(cookies.get("language") ?? ui?.language ?? "") ??
      acceptedLanguage(headers.get("accept-language")),
    theme: THEMES.find((known) => known === theme) ?? "system",
  };
}

/** Puts a choice into effect on this page and keeps it for the next ones. Only in the browser. */
export function prefer({ language, theme }: Partial<Preferences>): void {
  if (language !== undefined) keep("language", language);
  if (theme !== undefined) keep("theme", theme);
  wear({ language, theme });
}

/** What {@linkcode preferencesOf} would say to the next request of this page, put into effect. Only in the browser. */
export function preferAnew(ui: AppConfig["ui"]): Preferences {
  const headers = new Headers({ cookie: document.cookie, "accept-language": navigator.languages.join() });
  const preferences = preferencesOf(headers, ui);
  wear(preferences);
  return preferences;
}

function wear({ language, theme }: { [name in keyof Preferences]?: Preferences[name] | undefined }): void {
  if (language !== undefined) document.documentElement.lang = language;
  if (theme !== undefined) document.documentElement.dataset.theme = theme;
}

function keep(name: string, value: string): void {
  document.cookie = `${name}=${value}; Path=${
    document.documentElement.dataset.basePath ?? "/"
  }; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}
