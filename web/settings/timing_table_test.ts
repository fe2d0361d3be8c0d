import { assertAlmostEquals, assertEquals } from "@std/assert";
import { barOf, longestOf, quantiles } from "./timing_table.ts";
import type { TurnTiming } from "@/lib/protocol/calls.ts";

function timing(seconds: TurnTiming["seconds"]): TurnTiming {
  return { turn: "t", at: 0, seconds };
}

Deno.test("quantiles() are values that were measured, of those turns alone that came so far", () => {
  const timings = Array.from({ length: 20 }, (_, i) => timing({ queue: i + 1, ...(i < 3 && { played: i * 10 }) }));
  assertEquals(quantiles(timings, 0.5), { queue: 10, played: 10 });
  assertEquals(quantiles(timings, 0.95), { queue: 19, played: 20 });
  assertEquals([quantiles([], 0.5), longestOf([])], [{}, 0]);
});

Deno.test("barOf() shares the longest turn among the stages, and leaves out those that were not reached", () => {
  const one = timing({ queue: 1, firstToken: 2, firstSound: 4 });
  const longest = longestOf([one, timing({ queue: 8 })]);
  const bar = barOf(one, longest);
  assertEquals(bar.map(({ stage }) => stage), ["queue", "firstToken", "firstSound"]);
  assertEquals(bar.map(({ share }) => share), [1 / 8, 1 / 8, 2 / 8]);
  assertAlmostEquals(bar.reduce((sum, { share }) => sum + share, 0), 4 / 8);
  assertEquals(barOf(timing({}), longest), []);
});
