import { assertEquals } from "@std/assert";
import { lineOf } from "./trial_line.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";

const sora = { name: "companion", title: "Sora", chosen: true, about: "" };

Deno.test("lineOf() is the character's own words in the reader's language, else the page's under its name", () => {
  const english = { ...sora, greeting: "Hi, I'm Sora! What now?", language: "en" };
  assertEquals(lineOf(english, WORDS.en, "en"), "Hi, I'm Sora! What now?");
  assertEquals(lineOf(english, WORDS.ja, "ja"), `${WORDS.ja.greeting("Sora")} ${WORDS.ja.invitation}`);
  assertEquals(lineOf({ ...sora, greeting: "你好！", language: "zh" }, WORDS.zh, "zh"), "你好！");
  assertEquals(lineOf(sora, WORDS.en, "en").startsWith("Hi, I'm Sora!"), true);
  assertEquals(lineOf(undefined, WORDS.en, "en"), WORDS.en.invitation);
  assertEquals(lineOf({ ...english, greeting: "Ah. ".repeat(9_000) }, WORDS.en, "en").length, 2_000);
});
