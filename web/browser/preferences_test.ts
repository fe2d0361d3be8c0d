import { assertEquals } from "@std/assert";
import { preferencesOf } from "./preferences.ts";

Deno.test("preferencesOf() lets a choice win over the browser's language", () => {
  const unheard = { enter: "auto", sound: true, volume: 0.8, textTime: "first" } as const;
  const headers = new Headers({ "accept-language": "zh", cookie: "other=1; language=ja; theme=contrast" });
  assertEquals(preferencesOf(headers), { language: "ja", theme: "contrast", ...unheard });
  assertEquals(preferencesOf(new Headers({ cookie: "language=xx; theme=pink" })), {
    language: "en",
    theme: "system",
    ...unheard,
  });
});

Deno.test("preferencesOf() has the reader's loudness, else the configuration's", () => {
  const voice = { engine: "auto", volume: 0.3 };
  const volumeOf = (cookie: string) => preferencesOf(new Headers({ cookie }), { voice }).volume;
  assertEquals(["", "volume=0", "volume=0.55", "volume=7", "volume=x"].map(volumeOf), [0.3, 0, 0.55, 0.3, 0.3]);
  const { sound, textTime } = preferencesOf(new Headers({ cookie: "sound=false; textTime=heard" }));
  assertEquals([sound, textTime], [false, "heard"]);
});
