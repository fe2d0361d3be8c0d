import { assertEquals } from "@std/assert";
import { inSteps } from "./steps.ts";

Deno.test("inSteps() gives what comes of the work, and rests whenever half of a frame has gone by", async () => {
  let time = 0;
  let rests = 0;
  const longest: number[] = [];
  function* work(): Generator<void, string> {
    for (let step = 0; step < 40; step++) {
      time += 1;
      yield;
    }
    return "done";
  }
  let began = 0;
  const rest = () => {
    longest.push(time - began);
    began = time;
    rests++;
    return Promise.resolve();
  };
  assertEquals(await inSteps(work(), { now: () => time, rest }), "done");
  assertEquals([rests, Math.max(...longest)], [5, 8]);
});

Deno.test("inSteps() lets timers come in between", async () => {
  let timer = false;
  function* work(): Generator<void, boolean> {
    const end = performance.now() + 1_000;
    while (!timer && performance.now() < end) yield;
    return timer;
  }
  setTimeout(() => timer = true);
  assertEquals(await inSteps(work()), true);
});
