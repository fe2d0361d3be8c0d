import { assertAlmostEquals } from "@std/assert";
import { RealFourier } from "./fourier.ts";

Deno.test("RealFourier gives the powers that the sum of its definition gives", () => {
  for (const size of [4, 64, 512]) {
    const transform = new RealFourier(size);
    const samples = Array.from({ length: size }, (_, i) => Math.sin(i * i) + 0.3 * Math.cos(i / 3));
    const powers = new Float64Array(size / 2);
    for (let round = 0; round < 2; round++) {
      transform.input.set(samples);
      transform.powers(powers);
    }
    for (let k = 0; k < size / 2; k++) {
      const sum = (wave: (angle: number) => number) =>
        samples.reduce((sum, sample, i) => sum + sample * wave(2 * Math.PI * k * i / size), 0);
      assertAlmostEquals(powers[k]!, sum(Math.cos) ** 2 + sum(Math.sin) ** 2, 1e-6, `${size} ${k}`);
    }
  }
});
