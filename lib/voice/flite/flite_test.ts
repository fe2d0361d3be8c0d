import { assert, assertEquals } from "@std/assert";
import type { SoundPart, Synthesis } from "@/lib/voice/engine.ts";
import { FliteEngine } from "./flite.ts";
import { parsePhones } from "./phones.ts";
import { visemesOf } from "./visemes.ts";

const { signal } = new AbortController();
const SENTENCE = "Hello there, I am pleased to meet you.";

async function soundOf({ parts }: Synthesis): Promise<SoundPart> {
  const [sound, ...more] = await Array.fromAsync(parts);
  assert(sound !== undefined && more.length === 0);
  return sound;
}

Deno.test("flite's visemes and its sound last as long as its phones, whatever the rate", async () => {
  using flite = new FliteEngine();
  const lengths: number[] = [];
  for (const rate of [0.5, 1, 2]) {
    const synthesis = await flite.synthesise({ text: SENTENCE, language: "en", rate, pitch: 1 }, { signal });
    const { samples, sampleRate } = await soundOf(synthesis);
    const { ms = 0, visemes = [] } = synthesis;
    assertEquals([sampleRate, ms], [16_000, Math.round(samples.length / 16)]);
    assert(visemes.every(({ at }, index) => at >= 0 && at <= ms && at > (visemes[index - 1]?.at ?? -1)));
    assertEquals([visemes[0]?.at, visemes.at(-1)?.shape], [0, "rest"]);
    lengths.push(ms);
  }
  const [slow = 0, usual = 0, fast = 0] = lengths;
  assert(Math.abs(slow / usual - 2) < 0.1 && Math.abs(usual / fast - 2) < 0.1, `${lengths}`);
});

Deno.test("visemesOf() knows parsed phones, and keeps its promises for any of them", () => {
  assertEquals(parsePhones("pau:0.050 m:0.120 ay:0.320 \n junk:x pau:0.500 \n"), [
    { name: "pau", end: 0.05 },
    { name: "m", end: 0.12 },
    { name: "ay", end: 0.32 },
    { name: "pau", end: 0.5 },
  ]);
  assertEquals(visemesOf(parsePhones("pau:0.050 m:0.120 ay:0.320 pau:0.500"), 400), [
    { at: 0, shape: "rest", strength: 1 },
    { at: 50, shape: "closed", strength: 1 },
    { at: 120, shape: "a", strength: 0.95 },
    { at: 240, shape: "i", strength: 0.7 },
    { at: 320, shape: "rest", strength: 1 },
  ]);
});

Deno.test("flite says what is written with signs of books as it is written on a keyboard", async () => {
  using flite = new FliteEngine();
  const visemesOfText = async (text: string) =>
    (await flite.synthesise({ text, language: "en", rate: 1, pitch: 1 }, { signal })).visemes;
  assertEquals(await visemesOfText("Don’t say “café” — please…"), await visemesOfText('Don\'t say "cafe", please...'));
  assertEquals([flite.speaks("en-GB"), flite.speaks("EN"), flite.speaks("enm"), flite.speaks("ja")], [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("flite's pitch is heard, except where a voice has none", async () => {
  using flite = new FliteEngine();
  const soundAt = async (voice: string, pitch: number) =>
    (await soundOf(await flite.synthesise({ text: SENTENCE, language: "en", voice, rate: 1, pitch }, { signal })))
      .samples;
  const same = async (voice: string) => {
    const [usual, high] = [await soundAt(voice, 1), await soundAt(voice, 1.5)];
    return usual.length === high.length && usual.every((sample, index) => sample === high[index]);
  };
  assertEquals([await same("slt"), await same("awb"), await same("rms")], [false, false, true]);
});
