import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import { PublishingPasses } from "./publishing_passes.ts";

Deno.test("PublishingPasses come at once where the bus is quick, and after a rest where it is not", () => {
  const passes = new PublishingPasses();
  const restAfter = (ms: number) => {
    for (let messages = 0; messages < 200; messages++) passes.took(ms);
    return Math.round(passes.rest);
  };
  assertEquals([restAfter(0.5), restAfter(11), restAfter(60), restAfter(0.5)], [0, 40, 100, 0]);
  passes.took(30_000);
  assert(passes.rest < 20, "a bus that was away once is not slow");
});

Deno.test("PublishingPasses serve all who wait at once, and in their order", async () => {
  const order: string[] = [];
  const passes = new PublishingPasses();
  const wait = (name: string) => passes.next().then(() => order.push(name));
  const all = [wait("one"), wait("two")];
  await new Promise<void>((resolve) => setImmediate(() => resolve(void order.push("what comes next"))));
  assertEquals(order, ["one", "two", "what comes next"]);
  await Promise.all(all);
  for (let messages = 0; messages < 200; messages++) passes.took(1_000);
  const began = performance.now();
  await wait("before the rest");
  await Promise.all([wait("three"), wait("four")]);
  const rested = performance.now() - began;
  assert(rested >= 99, `${rested} ms of rest`);
  assertEquals(order.slice(-3), ["before the rest", "three", "four"]);
});
