import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import { PublishingPasses } from "./publishing_passes.ts";

Deno.test("PublishingPasses come at once where little is told, and after a rest where much is", () => {
  let now = 0;
  const passes = new PublishingPasses(() => now);
  const rest = (perSecond: number) => {
    for (const end = now + 5_000; now < end; now += 1_000 / perSecond) passes.count();
    return Math.round(passes.rest);
  };
  assertEquals([rest(100), rest(700), rest(2_000)], [0, 0, 100]);
  const between = rest(1_000);
  assert(between > 40 && between < 60, `${between} ms are about the half`);
  assertEquals(rest(100), 0, "what was told before is forgotten");
});

Deno.test("PublishingPasses serve all who wait at once, and in their order", async () => {
  const order: string[] = [];
  const passes = new PublishingPasses();
  const wait = (name: string) => passes.next().then(() => order.push(name));
  const all = [wait("one"), wait("two")];
  await new Promise<void>((resolve) => setImmediate(() => resolve(void order.push("what comes next"))));
  assertEquals(order, ["one", "two", "what comes next"]);
  await Promise.all(all);
  for (let i = 0; i < 10_000; i++) passes.count();
  const began = performance.now();
  await wait("before the rest");
  await Promise.all([wait("three"), wait("four")]);
  const rested = performance.now() - began;
  assert(rested >= 99, `${rested} ms of rest`);
  assertEquals(order.slice(-3), ["before the rest", "three", "four"]);
});
