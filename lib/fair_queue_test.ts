import { assertEquals, assertRejects } from "@std/assert";
import { FairQueue } from "./fair_queue.ts";

const never = new AbortController().signal;

Deno.test("nobody's many jobs keep another one's waiting", async () => {
  const queue = new FairQueue(2);
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (who: string, job: string) =>
    queue.run(who, () => {
      began.push(job);
      return new Promise<void>((resolve) => ends.push(resolve));
    }, never);
  const jobs = [..."123456"].map((n) => ask("a", `a${n}`));
  jobs.push(ask("b", "b1"), ask("b", "b2"), ask("c", "c1"));
  for (let n = 0; n < jobs.length; n++) {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    ends[n]!();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await Promise.all(jobs);
  assertEquals(began, ["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5", "a6"]);
});

Deno.test("a job that fails, or is not wanted any more, makes room for the next", async () => {
  const queue = new FairQueue(1);
  const controller = new AbortController();
  const running = Promise.withResolvers<void>();
  const first = queue.run("a", () => running.promise, never);
  const unwanted = queue.run("a", () => Promise.resolve("unwanted"), controller.signal);
  const failing = queue.run("b", () => Promise.reject(new Error("broken")), never);
  const last = queue.run("a", () => Promise.resolve("last"), never);
  assertEquals(queue.waiting, 3);
  controller.abort(new Error("gone"));
  await assertRejects(() => unwanted, Error, "gone");
  running.resolve();
  await first;
  await assertRejects(() => failing, Error, "broken");
  assertEquals([await last, queue.waiting], ["last", 0]);
  await assertRejects(() => queue.run("a", () => Promise.resolve(), controller.signal), Error, "gone");
});

Deno.test("FairQueue does no more at once, and the next where one is done or has failed", async () => {
  const few = new FairQueue(2);
  const works = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
  const begun: number[] = [];
  const runs = works.map(({ promise }, index) =>
    few.run(String(index), () => {
      begun.push(index);
      return promise;
    })
  );
  await Promise.resolve();
  assertEquals(begun, [0, 1]);
  works[1]!.reject(new Error("It has failed"));
  await assertRejects(() => runs[1]!, Error, "It has failed");
  assertEquals(begun, [0, 1, 2]);
  for (const index of [0, 2, 3]) works[index]!.resolve(index);
  assertEquals(await Promise.all([runs[0], runs[2], runs[3]]), [0, 2, 3]);
  assertEquals(await few.run("last", () => Promise.resolve(5)), 5);
});
