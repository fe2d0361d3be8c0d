import { assertEquals } from "@std/assert";
import { preferencesOf } from "./preferences.ts";

Deno.test("preferencesOf() lets a choice win over the browser's language", () => {
  const headers = new Headers({ "accept-language": "zh", cookie: "other=1; language=ja; theme=contrast" });
  assertEquals(preferencesOf(headers), { language: "ja", theme: "contrast", enter: "auto" });
  assertEquals(preferencesOf(new Headers({ cookie: "language=xx; theme=pink" })), {
    language: "en",
    theme: "system",
    enter: "auto",
  });
});
