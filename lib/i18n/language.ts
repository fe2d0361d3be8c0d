/** The languages that the page speaks, and which one a reader wants. */

export const LANGUAGES = ["en", "ja", "zh"] as const;

export type Language = typeof LANGUAGES[number];

/** Takes a language tag, such as `ja-JP`, to one of ours. */
export function languageOf(tag: string): Language | null {
  const primary = tag.trim().toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === primary) ?? null;
}

/**
 * The language of ours that `Accept-Language` wants most.
 *
 * @param header such as `fr-CH, ja;q=0.9, en;q=0.8`
 */
export function acceptedLanguage(header: string | null): Language {
  const wanted = (header ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.split(";");
    const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("q="));
    return { language: languageOf(tag), quality: quality === undefined ? 1 : Number(quality.slice(2)) };
  });
  // The sort is stable: of equal ones, the first named comes first.
  const best = wanted.filter(({ language, quality }) => language !== null && quality > 0)
    .sort((a, b) => b.quality - a.quality)[0];
  return best?.language ?? "en";
}
