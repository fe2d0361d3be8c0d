import { assertEquals } from "@std/assert";
import { quantile } from "./quantile.ts";

Deno.test("quantile() is one of the values, of which so many are not above it", () => {
  const values = Array.from({ length: 20 }, (_, i) => i + 1);
  assertEquals([0, 0.5, 0.95, 1].map((share) => quantile(values, share)), [1, 10, 19, 20]);
  assertEquals([quantile([7], 0.99), quantile([], 0.5)], [7, undefined]);
});
