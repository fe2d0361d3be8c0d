import { assertEquals } from "@std/assert";
import { preferencesOf } from "./preferences.ts";

Deno.test("preferencesOf() lets a choice win over the configuration, and that over the browser's language", () => {
  const unheard = { sound: true, volume: 0.8, textTime: "first" } as const;
  const ui = { language: "en", theme: "dark" } as const;
  const chosen = preferencesOf("other=1; language=ja; theme=contrast", "zh", { ui });
  assertEquals(chosen, { language: "ja", theme: "contrast", enter: "auto", ...unheard });
  const configured = preferencesOf("enter=send", "zh", { ui });
  assertEquals(configured, { language: "en", theme: "dark", enter: "send", ...unheard });
  for (const cookie of ["language=xx; theme=pink; enter=?", "", null]) {
    assertEquals(preferencesOf(cookie, "zh"), { language: "zh", theme: "system", enter: "auto", ...unheard });
  }
});

Deno.test("preferencesOf() has the reader's loudness, else the configuration's", () => {
  const voice = { engine: "auto", volume: 0.3 };
  const volumeOf = (cookie: string) => preferencesOf(cookie, "en", { voice }).volume;
  assertEquals(["", "volume=0", "volume=0.55", "volume=7", "volume=x"].map(volumeOf), [0.3, 0, 0.55, 0.3, 0.3]);
  const { sound, textTime } = preferencesOf("sound=false; textTime=heard", "en");
  assertEquals([sound, textTime], [false, "heard"]);
});
