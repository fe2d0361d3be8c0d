import { assert, assertEquals } from "@std/assert";
import { BlipsEngine } from "./blips.ts";
import { beatsOf } from "./syllables.ts";

const { signal } = new AbortController();

Deno.test("beatsOf() counts syllables in every script", () => {
  const counts = (text: string) => beatsOf(text).filter((beat) => "vowel" in beat).length;
  const cases: [text: string, syllables: number][] = [
    ["Hello there", 3],
    ["nice", 1],
    ["don’t", 1],
    ["こんにちは", 5],
    ["きょう", 2],
    ["ラーメン", 3],
    ["你好吗", 3],
    ["안녕하세요", 5],
    ["привет", 2],
    ["ναι", 1],
    ["سلام", 2],
    ["café 42", 4],
    ["日本語text", 4],
    ["…", 0],
    ["", 0],
    ["😀", 0],
  ];
  for (const [text, syllables] of cases) assertEquals([text, counts(text)], [text, syllables]);
  assertEquals(beatsOf("かみ").flatMap((beat) => "vowel" in beat ? beat.vowel : []), ["a", "i"]);
  assertEquals(beatsOf("カミ").flatMap((beat) => "vowel" in beat ? beat.vowel : []), ["a", "i"]);
});

Deno.test("blips are heard where the mouth is open, and silent where it rests", async () => {
  using blips = new BlipsEngine();
  for (const { id: voice } of await blips.voices()) {
    for (const [text, rate] of [["Hello, is it you?", 1], ["こんにちは。元気？", 1.5], ["words", 0.5]] as const) {
      const { parts, visemes = [], ms = 0 } = await blips.synthesise(
        { text, language: "en", voice, rate, pitch: 1 },
        { signal },
      );
      const [{ samples, sampleRate }] = await Array.fromAsync(parts) as [{ samples: Int16Array; sampleRate: number }];
      assert(Math.abs(samples.length / sampleRate * 1000 - ms) <= 1);
      assert(visemes.every(({ at }, index) => at <= ms && at > (visemes[index - 1]?.at ?? -1)));
      for (const [index, { at, shape }] of visemes.entries()) {
        const to = visemes[index + 1]?.at ?? ms;
        // A millisecond inside: times are rounded.
        const part = samples.subarray((at + 1) / 1000 * sampleRate, (to - 1) / 1000 * sampleRate);
        const rms = Math.sqrt(part.reduce((sum, one) => sum + one * one, 0) / part.length);
        assert(shape === "rest" ? rms < 50 : rms > 2000, `${voice} ${text}: ${shape} at ${at} has ${rms}`);
      }
      assert(samples.every((one) => Math.abs(one) < 32767));
    }
  }
});
