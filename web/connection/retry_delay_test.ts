import { assertEquals } from "@std/assert";
import { retryDelay } from "./retry_delay.ts";

Deno.test("retryDelay() stays between 500 ms and a limit that doubles up to 20 s", () => {
  const limits: [step: number, longest: number][] = [[0, 1000], [1, 1500], [2, 2500], [5, 16_500], [6, 20_000], [
    2000,
    20_000,
  ]];
  for (const [step, longest] of limits) {
    assertEquals(retryDelay(step, () => 0), 500, `step ${step}`);
    assertEquals(retryDelay(step, () => 1), longest, `step ${step}`);
  }
});
