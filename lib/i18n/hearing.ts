/** The words of the microphone in each language. They are loaded with its first press. */
import { HEARING as ENGLISH } from "./en/hearing.ts";
import { HEARING as JAPANESE } from "./ja/hearing.ts";
import type { Language } from "./language.ts";
import type { HearingWords } from "./types/hearing.ts";
import { HEARING as CHINESE } from "./zh/hearing.ts";

export const HEARING_WORDS: Record<Language, HearingWords> = { en: ENGLISH, ja: JAPANESE, zh: CHINESE };
