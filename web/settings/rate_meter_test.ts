import { assertEquals } from "@std/assert";
import { RateMeter } from "./rate_meter.ts";

Deno.test("RateMeter tells nothing before there is enough to tell from", () => {
  const meter = new RateMeter();
  assertEquals([meter.perSecond, meter.secondsLeft(100)], [null, null]);
  meter.add(10, 0);
  meter.add(20, 100);
  assertEquals([meter.perSecond, meter.secondsLeft(100)], [null, null]);
});

Deno.test("RateMeter follows the last seconds, and what was there at the start does not count", () => {
  const meter = new RateMeter();
  // Half of it was there already when this began.
  for (let second = 0; second <= 10; second++) meter.add(500 + second * 10, second * 1000);
  assertEquals([meter.perSecond, meter.secondsLeft(1000)], [10, 40]);
  for (let second = 11; second <= 30; second++) meter.add(600 + (second - 10) * 20, second * 1000);
  assertEquals([meter.perSecond, meter.secondsLeft(1000)], [20, 0]);
});

Deno.test("RateMeter knows a line that stands still", () => {
  const meter = new RateMeter();
  meter.add(10, 0);
  meter.add(10, 30_000);
  meter.add(10, 60_000);
  assertEquals([meter.perSecond, meter.secondsLeft(100)], [0, null]);
});
