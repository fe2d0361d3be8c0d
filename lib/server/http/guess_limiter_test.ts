import { assert, assertEquals } from "@std/assert";
import { GuessLimiter } from "./guess_limiter.ts";
import { collectGarbage, hasCollector } from "@/tests/collector.ts";

Deno.test("GuessLimiter lets an address try ten different tokens, and then one a second, until it is quiet", () => {
  let now = 0;
  const limiter = new GuessLimiter(() => now);
  for (let i = 0; i < 10; i++) {
    assertEquals(limiter.wait("a"), 0);
    limiter.wrong("a", `guess${i}`);
    // The same again, as from an old bookmark, is no further guess.
    limiter.wrong("a", "guess0");
    now += 100;
  }
  assertEquals([limiter.wait("a"), limiter.wait("a"), limiter.wait("b")], [1_000, 2_000, 0]);
  now += 2_000;
  assertEquals(limiter.wait("a"), 1_000);
  limiter.wrong("a", "guess11");
  now += 59_999;
  assertEquals(limiter.wait("a"), 1_000);
  now += 60_000;
  assertEquals(limiter.wait("a"), 0);
});

Deno.test("GuessLimiter looks at no token of an address of which five are waiting", () => {
  let now = 0;
  const limiter = new GuessLimiter(() => now);
  for (let i = 0; i < 10; i++) limiter.wrong("a", `guess${i}`);
  const waits = Array.from({ length: 9 }, () => limiter.wait("a"));
  assertEquals([waits[4], waits[5], waits[8]], [5_000, undefined, undefined]);
  now += 1_000;
  assertEquals([limiter.wait("a"), limiter.wait("a")], [5_000, undefined]);
});

Deno.test("GuessLimiter remembers 10,000 addresses at most, the latest ones, and ten guesses of each", () => {
  const limiter = new GuessLimiter(() => 0);
  for (let i = 0; i < 100_000; i++) {
    limiter.wrong(`address ${i}`, "m");
    assert(limiter.size <= 10_000, `${limiter.size} after ${i}`);
  }
  const latest = "address 99999";
  for (let i = 0; i < 9; i++) limiter.wrong(latest, `guess${i}`);
  assertEquals([limiter.wait(latest), limiter.wait("address 0")], [1_000, 0]);
});

Deno.test({
  name: "GuessLimiter takes no memory for a hundred thousand guesses of one address",
  ignore: !hasCollector,
  async fn() {
    const limiter = new GuessLimiter(() => 0);
    const guess = (from: number, to: number) => {
      for (let i = from; i < to; i++) limiter.wrong("a", `${i}${"m".repeat(43)}`);
    };
    guess(0, 1_000);
    await collectGarbage();
    const before = Deno.memoryUsage().heapUsed;
    guess(1_000, 101_000);
    await collectGarbage();
    const grown = Deno.memoryUsage().heapUsed - before;
    assert(grown < 2_000_000, `it grew by ${grown} bytes`);
  },
});
