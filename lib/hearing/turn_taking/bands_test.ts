import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { BANDS, Bands, HOP } from "./bands.ts";
import { RATE } from "./voice_fixture.ts";

const sine = (hz: number, samples: number) =>
  Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin(2 * Math.PI * hz * i / RATE));

Deno.test("Bands.push() gives a moment for each 16 ms, however the sound is cut", () => {
  const sound = sine(440, 10 * HOP);
  const whole = new Bands().push(sound);
  const bands = new Bands();
  const cut = [sound.subarray(0, 100), sound.subarray(100, 900), sound.subarray(900)].flatMap((part) =>
    bands.push(part)
  );
  assertEquals([whole.length, cut], [10, whole]);
});

Deno.test("Bands.push() finds a tone in the band where it lies, four times as strong where it is twice as loud", () => {
  const strongest = (hz: number) => {
    const powers = new Bands().push(sine(hz, 4 * HOP)).at(-1)!;
    return powers.indexOf(Math.max(...powers));
  };
  const found = [200, 500, 1000, 2000, 4000, 6500].map(strongest);
  assertEquals(found, found.toSorted((a, b) => a - b));
  assertEquals([new Set(found).size, found[0], found.at(-1)], [6, 0, BANDS - 1]);
  const sum = (sound: Float32Array) => new Bands().push(sound).at(-1)!.reduce((all, one) => all + one, 0);
  const loud = sine(1000, 4 * HOP);
  assertAlmostEquals(sum(loud) / sum(loud.map((one) => one / 2)), 4, 1e-3);
  assert(sum(sine(60, 4 * HOP)) < sum(loud) / 100, "a hum of the mains lies below all bands");
});
