import { type Language, languageOf } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { CharacterChoice } from "@/lib/protocol/calls.ts";

/** As much of a greeting as a server takes, UTF-16 units. */
const LONGEST = 2_000;

/**
 * What a voice is tried with: the character's own words where they are in the reader's language, else the page's under
 * its name.
 */
export function lineOf(character: CharacterChoice | undefined, words: Words, language: Language): string {
  const { greeting, title, language: spoken } = character ?? {};
  if (greeting !== undefined && languageOf(spoken ?? "") === language) return greeting.slice(0, LONGEST);
  return title === undefined ? words.invitation : `${words.greeting(title)} ${words.invitation}`;
}
