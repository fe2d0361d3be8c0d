import { assert, assertEquals } from "@std/assert";
import { Resampler } from "./resampler.ts";

function tone(hertz: number, rate: number, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => 20_000 * Math.sin(2 * Math.PI * hertz * i / rate));
}

function resample(samples: Int16Array, from: number, to: number, piece: number): number[] {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  for (let at = 0; at < samples.length; at += piece) out.push(...resampler.push(samples.subarray(at, at + piece)));
  return [...out, ...resampler.end()];
}

Deno.test("Resampler gives the same samples however the sound is cut", () => {
  for (const [from, to] of [[16_000, 48_000], [22_050, 48_000], [24_000, 44_100], [48_000, 44_100], [48_000, 48_000]]) {
    const whole = resample(tone(440, from!, 3_000), from!, to!, 3_000);
    assert(Math.abs(whole.length - 3_000 * to! / from!) <= 3, `${whole.length} samples of ${from} at ${to}`);
    for (const piece of [1, 7, 480]) {
      const cut = resample(tone(440, from!, 3_000), from!, to!, piece);
      assertEquals(cut.length, whole.length);
      cut.forEach((sample, i) => assert(Math.abs(sample - whole[i]!) < 1e-4, `${from} → ${to}, ${piece}, ${i}`));
    }
  }
});

Deno.test("Resampler keeps a tone what it is", () => {
  const out = resample(tone(440, 16_000, 3_200), 16_000, 48_000, 100);
  const wrong = out.slice(10, -10).map((sample, i) => {
    return Math.abs(sample - 20_000 / 32_768 * Math.sin(2 * Math.PI * 440 * (i + 10) / 48_000));
  });
  assert(Math.max(...wrong) < 0.005, `${Math.max(...wrong)}`);
});
