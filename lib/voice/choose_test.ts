import { assertEquals } from "@std/assert";
import { type Choice, chooseEngine } from "./choose.ts";
import type { VoiceEngine } from "./engine.ts";

/** An engine of which only the languages are asked. */
function engineFor(id: string, ...languages: string[]): [string, VoiceEngine] {
  return [id, {
    id,
    name: id,
    away: false,
    needs: () => Promise.resolve(undefined),
    voices: () => Promise.resolve([]),
    speaks: (language) => languages.includes("*") || languages.includes(language),
    synthesise: () => Promise.reject(new Error("Nothing is said here")),
    [Symbol.dispose]: () => {},
  }];
}

const flite = engineFor("flite", "en");
const sherpa = engineFor("sherpa", "en", "ja");
const blips = engineFor("blips", "*");

function chosen(choice: Partial<Choice>, ...engines: [string, VoiceEngine][]): string {
  const found = chooseEngine({ engine: "auto", language: "en", speaks: [], engines: new Map(engines), ...choice });
  return typeof found === "string" ? found : found.id;
}

Deno.test("auto takes a neural voice, else the browser's own, else flite for English, else nobody", () => {
  const all = [flite, blips];
  assertEquals(chosen({ language: "ja", speaks: ["ja-JP"] }, sherpa, ...all), "sherpa");
  assertEquals(chosen({ language: "en" }, ...all, sherpa), "sherpa");
  assertEquals(chosen({ language: "zh", speaks: ["zh"] }, sherpa, ...all), "browser");
  assertEquals(chosen({ language: "ja", speaks: ["ja-JP"] }, ...all), "browser");
  assertEquals(chosen({ language: "en", speaks: ["ja-JP", "en-GB"] }, ...all), "browser");
  assertEquals(chosen({ language: "en-US", speaks: ["en_GB"] }, ...all), "browser");
  assertEquals(chosen({ language: "en", speaks: ["ja-JP"] }, ...all), "flite");
  assertEquals(chosen({ language: "zh", speaks: ["ja-JP"] }, ...all), "none");
  assertEquals(chosen({ language: "ja" }, flite, blips), "none");
});

Deno.test("an engine that is named is taken at its word", () => {
  const all = [flite, blips];
  assertEquals(chosen({ engine: "flite", speaks: ["en"] }, ...all), "flite");
  assertEquals(chosen({ engine: "flite", language: "ja", speaks: ["ja"] }, ...all), "none");
  assertEquals(chosen({ engine: "blips", language: "ja" }, ...all), "blips");
  assertEquals(chosen({ engine: "browser", language: "ja" }, ...all), "browser");
  assertEquals(chosen({ engine: "off", speaks: ["en"] }, ...all), "none");
  assertEquals(chosen({ engine: "sherpa", language: "zh", speaks: ["zh"] }, sherpa, ...all), "none");
});

Deno.test("an engine that is named and misses something is asked, so that it says what; auto passes it over", () => {
  const [id, engine] = engineFor("sherpa");
  const all: [string, VoiceEngine][] = [[id, { ...engine, ready: false }], flite];
  assertEquals(chosen({ engine: "sherpa", language: "ja" }, ...all), "sherpa");
  assertEquals(chosen({ language: "en" }, ...all), "flite");
});
