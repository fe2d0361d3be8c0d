import { assertEquals } from "@std/assert";
import { clampStep, LONGEST_STEP } from "./loop.ts";

Deno.test("clampStep() makes sleep and clocks that go backwards harmless", () => {
  const cases = [[16, 16], [0, 0], [-50, 0], [3_600_000, LONGEST_STEP], [NaN, 0], [Infinity, 0]] as const;
  for (const [measured, used] of cases) assertEquals(clampStep(measured), used);
});
