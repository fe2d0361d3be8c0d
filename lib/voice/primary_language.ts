/** `en` of `en-GB`. */
export function primaryLanguage(language: string): string {
  return (language.split(/[-_]/)[0] ?? "").toLowerCase();
}
