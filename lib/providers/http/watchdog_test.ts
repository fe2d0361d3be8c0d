import { assertEquals } from "@std/assert";
import { Watchdog } from "./watchdog.ts";

function watched(): { watchdog: Watchdog; expired: Promise<number>; count(): number } {
  const { promise, resolve } = Promise.withResolvers<number>();
  let count = 0;
  const watchdog = new Watchdog((limitMs) => {
    count++;
    resolve(limitMs);
  });
  return { watchdog, expired: promise, count: () => count };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("Watchdog expires when a wait lasts its limit", async () => {
  const { watchdog, expired } = watched();
  watchdog.begin(5);
  assertEquals(await expired, 5);
  watchdog.stop();
});

Deno.test("Watchdog expires in time when a shorter wait follows a longer one", async () => {
  const { watchdog, expired } = watched();
  watchdog.begin(1_000_000);
  watchdog.end();
  watchdog.begin(5);
  assertEquals(await expired, 5);
  watchdog.stop();
});

Deno.test("Watchdog keeps quiet when waits end in time, are stopped or have no limit", async () => {
  const { watchdog, count } = watched();
  watchdog.begin(5);
  watchdog.end();
  await later(20);
  for (const limit of [0, -1, Infinity, 1e12]) watchdog.begin(limit);
  watchdog.begin(5);
  watchdog.stop();
  await later(20);
  assertEquals(count(), 0);
});
