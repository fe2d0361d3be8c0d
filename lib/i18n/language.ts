/** The languages that the page speaks, and which one a reader wants. */

export const LANGUAGES = ["en", "ja", "zh"] as const;

export type Language = typeof LANGUAGES[number];

/** Takes a language tag, such as `ja-JP`, to one of ours. */
export function languageOf(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/** The first of a reader's languages, the best one first, that the page speaks; English where it speaks none of them. */
export function firstLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const language = languageOf(tag);
    if (language !== null) return language;
  }
  return "en";
}
