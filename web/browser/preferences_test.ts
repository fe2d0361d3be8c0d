import { assertEquals } from "@std/assert";
import { preferencesOf } from "./preferences.ts";

Deno.test("preferencesOf() lets a choice win over the configuration, and that over the browser's language", () => {
  const chosen = preferencesOf("other=1; language=ja; theme=contrast", "zh", { language: "en", theme: "dark" });
  assertEquals(chosen, { language: "ja", theme: "contrast", enter: "auto" });
  const configured = preferencesOf("enter=send", "zh", { language: "en", theme: "dark" });
  assertEquals(configured, { language: "en", theme: "dark", enter: "send" });
  for (const cookie of ["language=xx; theme=pink; enter=?", "", null]) {
    assertEquals(preferencesOf(cookie, "zh"), { language: "zh", theme: "system", enter: "auto" });
  }
});
