import { assertEquals } from "@std/assert";
import { Bands } from "./bands.ts";
import { isHum, isNoise } from "./sounds.ts";
import { hiss, joined, silence, syllables, vowel } from "./voice_fixture.ts";

const momentsOf = (sound: Float32Array) => new Bands().push(sound);
/** A voice through a closed mouth: its lowest tones alone. */
const hum = (ms: number) =>
  Float32Array.from({ length: ms * 16 }, (_, i) => 0.1 * Math.sin(2 * Math.PI * 220 * i / 16_000));

Deno.test("isNoise() is true of air, and not of voices", () => {
  const of = (sound: Float32Array) => isNoise(momentsOf(sound));
  assertEquals([of(hiss(300)), of(vowel(300, 120)), of(syllables(480, 3)), of(hum(300))], [true, false, false, false]);
});

Deno.test("isHum() is true of a steady voice without high tones, and not of what speaks, hisses, or has gaps", () => {
  const of = (sound: Float32Array) => isHum(momentsOf(sound));
  const broken = joined(hum(128), silence(128), hum(128));
  assertEquals(
    [of(hum(400)), of(syllables(480, 3)), of(hiss(400)), of(broken)],
    [true, false, false, false],
  );
});
