import { assertEquals, assertRejects } from "@std/assert";
import { SerialQueue } from "./serial_queue.ts";

Deno.test("SerialQueue runs one job after the other, also after one that has failed", async () => {
  const queue = new SerialQueue();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const jobs = [
    queue.run(async () => {
      told.push("first begins");
      await first.promise;
      told.push("first ends");
      return 1;
    }),
    queue.run(() => Promise.reject(new Error("second"))),
    queue.run(() => Promise.resolve(told.push("third"))),
  ] as const;
  const failed = assertRejects(() => jobs[1], Error, "second");
  first.resolve();
  assertEquals([await jobs[0], await jobs[2]], [1, 3]);
  await failed;
  assertEquals(told, ["first begins", "first ends", "third"]);
});
