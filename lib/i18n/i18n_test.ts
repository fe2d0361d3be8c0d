import { assertEquals } from "@std/assert";
import { WORDS } from "./i18n.ts";
import { LANGUAGES } from "./language.ts";

Deno.test("WORDS has something to say in every language", () => {
  function empty(value: unknown, path: string): string[] {
    if (typeof value === "string") return value.trim() === "" ? [path] : [];
    if (typeof value === "function") return empty(value("1"), path);
    return Object.entries(value as object).flatMap(([key, inner]) => empty(inner, `${path}.${key}`));
  }
  for (const language of LANGUAGES) {
    assertEquals(empty(WORDS[language], language), []);
    assertEquals(WORDS[language].suggestions.length, WORDS.en.suggestions.length);
  }
});
