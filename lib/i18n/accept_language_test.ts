import { assertEquals } from "@std/assert";
import { acceptedLanguage } from "./accept_language.ts";
import type { Language } from "./language.ts";

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
    ["en-GB, ja", "en"],
    ["ja;q=0.5, zh;q=nothing", "ja"],
  ];
  for (const [header, expected] of cases) assertEquals(acceptedLanguage(header), expected, String(header));
});
