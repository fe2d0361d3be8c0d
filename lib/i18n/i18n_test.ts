import { assertEquals } from "@std/assert";
import { acceptedLanguage, type Language, LANGUAGES, WORDS } from "./i18n.ts";
import { preferencesOf } from "@/web/browser/preferences.ts";

Deno.test("acceptedLanguage() picks the one of ours that is wanted most", () => {
  const cases: [header: string | null, expected: Language][] = [
    [null, "en"],
    ["", "en"],
    ["ja", "ja"],
    ["zh-Hant-TW, en;q=0.5", "zh"],
    ["fr-CH, fr;q=0.9, ja;q=0.8, en;q=0.7", "ja"],
    ["en;q=0.2, zh;q=0.7", "zh"],
    ["ja;q=0, de", "en"],
    ["*", "en"],
  ];
  for (const [header, expected] of cases) assertEquals(acceptedLanguage(header), expected, String(header));
});

Deno.test("preferencesOf() lets a choice win over the browser's language", () => {
  const headers = new Headers({ "accept-language": "zh", cookie: "other=1; language=ja; theme=contrast" });
  assertEquals(preferencesOf(headers), { language: "ja", theme: "contrast" });
  assertEquals(preferencesOf(new Headers({ cookie: "language=xx; theme=pink" })), { language: "en", theme: "system" });
});

Deno.test("WORDS has something to say in every language", () => {
  function empty(value: unknown, path: string): string[] {
    if (typeof value === "string") return value.trim() === "" ? [path] : [];
    if (typeof value === "function") return empty(value("x"), path);
    return Object.entries(value as object).flatMap(([key, inner]) => empty(inner, `${path}.${key}`));
  }
  for (const language of LANGUAGES) {
    assertEquals(empty(WORDS[language], language), []);
    assertEquals(WORDS[language].suggestions.length, WORDS.en.suggestions.length);
  }
});
