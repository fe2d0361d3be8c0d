import { type PreferenceDefaults, type Preferences, preferencesOf } from "./preferences.ts";
import { acceptedLanguage } from "@/lib/i18n/accept_language.ts";

/** What the page is rendered with for a request. Only on the server. */
export function requestPreferences({ headers }: Request, defaults?: PreferenceDefaults): Preferences {
  return preferencesOf(headers.get("cookie"), acceptedLanguage(headers.get("accept-language")), defaults);
}
