import { assertEquals } from "@std/assert";
import { SharedRateLimiter } from "./shared_rate_limiter.ts";
import { MemoryHub } from "@/lib/bus/memory_bus.ts";

const RATE = { most: 10, seconds: 100 };

function scene() {
  const hub = new MemoryHub();
  let now = 1_000_000;
  const process = () => {
    const bus = hub.connect();
    return { bus, limiter: new SharedRateLimiter(bus, () => now) };
  };
  return { process, wait: (ms: number) => now += ms };
}

/** Announcements have been heard. */
function heard(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("SharedRateLimiter counts what is used in every process, and what comes back", async () => {
  const { process, wait } = scene();
  const [a, b] = [process(), process()];
  assertEquals(await a.limiter.take("anna", RATE, 6), 0);
  await heard();
  assertEquals(await b.limiter.take("anna", RATE, 6), 20);
  assertEquals(await b.limiter.take("ben", RATE, 6), 0, "another key is another one's");
  assertEquals(await b.limiter.take("anna", RATE, 4), 0);
  await heard();
  assertEquals([await a.limiter.take("anna", RATE, 1), await b.limiter.take("anna", RATE, 1)], [10, 10]);
  await b.limiter.charge("anna", RATE, 5);
  await heard();
  assertEquals(await a.limiter.take("anna", RATE, 1), 60, "what was charged elsewhere has to come back first");
  wait(60_000);
  assertEquals(await a.limiter.take("anna", RATE, 1), 0);
});

Deno.test("SharedRateLimiter loses nothing of what is used at the same time", async () => {
  const { process } = scene();
  const all = [process(), process(), process()];
  for (const { limiter } of all) assertEquals(await limiter.take("anna", RATE, 3), 0);
  await heard();
  for (const { limiter } of all) assertEquals(await limiter.take("anna", RATE, 2), 10, "nine are used");
});

Deno.test("SharedRateLimiter knows what was used before it came, and while it was away", async () => {
  const { process } = scene();
  const a = process();
  for (let i = 0; i < 2_500; i++) await a.limiter.take(`guest ${i}`, RATE, 10);
  const b = process();
  await heard();
  assertEquals([await b.limiter.take("guest 0", RATE), await b.limiter.take("guest 2499", RATE)], [10, 10]);
  b.bus.connected = false;
  assertEquals([await a.limiter.take("anna", RATE, 10), await b.limiter.take("ben", RATE, 10)], [0, 0]);
  b.bus.connected = true;
  await heard();
  assertEquals([await b.limiter.take("anna", RATE), await a.limiter.take("ben", RATE)], [10, 10]);
});
