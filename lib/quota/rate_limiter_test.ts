import { assertEquals } from "@std/assert";
import { MemoryRateLimiter } from "./rate_limiter.ts";

Deno.test("MemoryRateLimiter lets a burst through, then what has come back, and says when", async () => {
  let now = 1_000_000;
  const limiter = new MemoryRateLimiter(() => now);
  const rate = { most: 3, seconds: 60 };
  const take = (amount?: number) => limiter.take("a", rate, amount);
  assertEquals([await take(), await take(), await take(), await take()], [0, 0, 0, 20]);
  assertEquals(await limiter.take("b", rate), 0, "another key is another one's");
  now += 19_000;
  assertEquals(await take(), 1, "what is refused uses nothing");
  now += 1_000;
  assertEquals([await take(), await take()], [0, 20]);
  now += 10 * 60_000;
  assertEquals([await take(4), await take(3), await take(0), await take()], [20, 0, 0, 20], "no more than the most");
});

Deno.test("MemoryRateLimiter charges what was not asked for, which has to come back first", async () => {
  let now = 0;
  const limiter = new MemoryRateLimiter(() => now);
  const rate = { most: 100, seconds: 100 };
  await limiter.charge("a", rate, 90);
  assertEquals(await limiter.take("a", rate, 0), 0);
  await limiter.charge("a", rate, 60);
  assertEquals([await limiter.take("a", rate, 0), await limiter.take("a", rate, 10)], [50, 60]);
  now += 60_000;
  assertEquals(await limiter.take("a", rate, 10), 0);
});

Deno.test("MemoryRateLimiter forgets those of whom nothing is used any more", async () => {
  let now = 0;
  const limiter = new MemoryRateLimiter(() => now);
  for (let i = 0; i < 10_000; i++) {
    now += 10_000;
    await limiter.take(`guest ${i}`, { most: 1, seconds: 60 });
  }
  assertEquals(limiter.size <= 2_000, true, `${limiter.size} are remembered`);
});
