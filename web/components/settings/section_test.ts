import { assertEquals } from "@std/assert";
import { CHOSEN_ELSEWHERE, FIELDS } from "./section.ts";
import { LANGUAGES } from "@/lib/i18n/language.ts";
import { SETTINGS_WORDS } from "@/lib/i18n/settings.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { settingFields } from "@/lib/config/settings.ts";

// With a further language model there is something to choose; other servers have other options.
const byName = (["ollama", "openai"] as const).flatMap((provider) =>
  settingFields({ config: configSchema.parse({ llm: { provider }, llms: { other: {} } }), overrides: [] })
).map((field) => [field.path.join("."), field] as const);
const fields = [...new Map(byName).values()];
const shown: string[] = Object.values(FIELDS).flat();

Deno.test("FIELDS has every field that a page may change, and no other", () => {
  const names = fields.map(({ path }) => path.join(".")).filter((name) => !CHOSEN_ELSEWHERE.includes(name));
  assertEquals(shown.toSorted(), names.toSorted());
});

Deno.test("SETTINGS names every field and each of its choices in every language", () => {
  for (const language of LANGUAGES) {
    for (const { path, choices = [] } of fields) {
      const name = path.join(".");
      if (CHOSEN_ELSEWHERE.includes(name)) continue;
      const words = SETTINGS_WORDS[language].fields[name];
      assertEquals(Boolean(words?.label), true, `${language} ${name}`);
      assertEquals(choices.filter((choice) => !words?.choices?.[choice]), [], `${language} ${name}`);
    }
  }
});
