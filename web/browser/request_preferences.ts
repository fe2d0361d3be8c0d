import { type Preferences, preferencesOf } from "./preferences.ts";
import { acceptedLanguage } from "@/lib/i18n/accept_language.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

/** What the page is rendered with for a request. Only on the server. */
export function requestPreferences({ headers }: Request, ui?: AppConfig["ui"]): Preferences {
  return preferencesOf(headers.get("cookie"), acceptedLanguage(headers.get("accept-language")), ui);
}
