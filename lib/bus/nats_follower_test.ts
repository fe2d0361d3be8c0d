import { assertEquals, assertRejects } from "@std/assert";
import { type Appended, BusLost } from "./bus.ts";
import { NatsFollower } from "./nats_follower.ts";
import { within } from "@/tests/until.ts";

/** One whose readings end as they are told, and what it takes. */
function follower(...readings: (Appended[] | Error)[]) {
  const taken: string[] = [];
  const from: number[] = [];
  const following = new NatsFollower({
    follower: { take: ({ data }) => void taken.push(data), reset() {} },
    revisionOf: () => 0,
    subscribe: () => () => {},
    begin: () => Promise.resolve({ position: 1, isNew: false }),
    read: (position, take) => {
      from.push(position);
      const reading = readings.shift() ?? new Error("There is no server");
      if (reading instanceof Error) return Promise.reject(reading);
      reading.forEach(take);
      return Promise.resolve();
    },
  });
  return { following, taken, from };
}

Deno.test("a journal whose first reading fails is read again before anybody is told that it is followed", async () => {
  const { following, taken, from } = follower(new Error("heartbeats missed"), [
    { data: "a", position: 3, revision: 1 },
    { data: "b", position: 4, revision: 1 },
  ]);
  await within("it follows", following.start());
  assertEquals([taken, from], [["a", "b"], [1, 1]]);
  await following.until(4);
  following[Symbol.dispose]();
});

Deno.test("a journal that cannot be read is not followed once the bus is closed", async () => {
  const { following, taken } = follower();
  const started = following.start();
  following[Symbol.dispose]();
  await within("it is told", assertRejects(() => started, BusLost));
  assertEquals(taken, []);
});
