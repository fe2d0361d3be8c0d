import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { VoiceError } from "./engine.ts";
import { type JobEvents, WorkerQueue, type WorkerQueueOptions } from "./worker_queue.ts";

const { signal } = new AbortController();

/** A queue whose workers do nothing by themselves, and what happens to them. */
function queueOf(options: Partial<WorkerQueueOptions<string, string>> = {}) {
  const told: string[] = [];
  const workers: JobEvents<string>[] = [];
  const queue = new WorkerQueue<string, string>({
    name: "Nobody",
    timeoutMs: 60_000,
    start: (events) => {
      const number = workers.push(events);
      return {
        begin: (job) => {
          if (job === "throws") throw new Error("no such program");
          told.push(`${number} begins ${job}`);
        },
        stop: () => void told.push(`${number} stops`),
        [Symbol.dispose]: () => told.push(`${number} ends`),
      };
    },
    ...options,
  });
  return { queue, told, workers };
}

Deno.test("parts of a job come as they are made, and the next job waits for the last of them", async () => {
  const { queue, told, workers } = queueOf();
  const first = queue.run("a", signal).getReader();
  const second = Array.fromAsync(queue.run("b", signal));
  workers[0]?.part("one");
  assertEquals(await first.read(), { done: false, value: "one" });
  workers[0]?.part("two");
  workers[0]?.done();
  assertEquals([(await first.read()).value, (await first.read()).done], ["two", true]);
  workers[0]?.part("three");
  workers[0]?.done();
  assertEquals(await second, ["three"]);
  queue[Symbol.dispose]();
  assertEquals(told, ["1 begins a", "1 begins b", "1 ends"]);
});

Deno.test("a job that a worker refuses, cannot begin or dies of costs no other one; an old worker is not heard", async () => {
  const { queue, told, workers } = queueOf();
  const jobs = ["a", "throws", "b", "c"].map((job) => Array.fromAsync(queue.run(job, signal)));
  const outcomes = Promise.allSettled(jobs);
  workers[0]?.refused("no words");
  workers[1]?.died("killed");
  workers[0]?.part("late");
  workers[1]?.done();
  workers[2]?.done();
  assertEquals((await outcomes).map((one) => one.status === "fulfilled" ? one.value : String(one.reason)), [
    "VoiceError: Nobody could not say the sentence: no words",
    "VoiceError: Nobody could not say the sentence: Error: no such program",
    "VoiceError: Nobody could not say the sentence: killed",
    [],
  ]);
  queue[Symbol.dispose]();
  assertEquals(told, ["1 begins a", "1 ends", "2 begins b", "2 ends", "3 begins c", "3 ends"]);
});

Deno.test("who leaves a job has its worker stopped; one that waits is not begun", async () => {
  const { queue, told, workers } = queueOf();
  const left = queue.run("a", signal);
  const controller = new AbortController();
  const waiting = Array.fromAsync(queue.run("b", controller.signal));
  const last = Array.fromAsync(queue.run("c", signal));
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await left.cancel();
  workers[0]?.part("unheard");
  workers[0]?.done();
  workers[0]?.part("heard");
  workers[0]?.done();
  assertEquals(await last, ["heard"]);
  queue[Symbol.dispose]();
  assertEquals(told, ["1 begins a", "1 stops", "1 begins c", "1 ends"]);
});

Deno.test("a queue that was ended says so, to who waits and to who comes later", async () => {
  const { queue } = queueOf();
  const jobs = ["a", "b"].map((job) => Array.fromAsync(queue.run(job, signal)));
  queue[Symbol.dispose]();
  for (const job of jobs) await assertRejects(() => job, VoiceError, "ended");
  assertThrows(() => queue.run("c", signal), VoiceError, "ended");
});

Deno.test("a worker that is still starting is waited for; one that has answered before has the time of a sentence", async () => {
  const { queue, told, workers } = queueOf({ timeoutMs: 1 });
  const first = Array.fromAsync(queue.run("a", signal));
  await new Promise((resolve) => setTimeout(resolve, 50));
  workers[0]?.part("one");
  workers[0]?.done();
  assertEquals(await first, ["one"]);
  await assertRejects(() => Array.fromAsync(queue.run("b", signal)), VoiceError, "it did not answer within 1 ms");
  queue[Symbol.dispose]();
  assertEquals(told, ["1 begins a", "1 begins b", "1 ends"]);
});
