/** `en` of `en-GB`, and of Android's `en_GB`. */
export function primaryLanguage(language: string): string {
  return (language.split(/[-_]/)[0] ?? "").toLowerCase();
}
