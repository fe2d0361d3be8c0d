/** The page's words in each language. Those of the settings are in `settings.ts`, which is loaded with them. */
import { PAGE as ENGLISH } from "./en/page.ts";
import { PAGE as JAPANESE } from "./ja/page.ts";
import type { Language } from "./language.ts";
import type { Words } from "./types/page.ts";
import { PAGE as CHINESE } from "./zh/page.ts";

export const WORDS: Record<Language, Words> = { en: ENGLISH, ja: JAPANESE, zh: CHINESE };
