import { assertEquals, assertStringIncludes } from "@std/assert";
import { TurnTimings } from "./turn_timings.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";

Deno.test("each stage counts once, from the prompt on, in the list and in the metrics", async () => {
  const metrics = new Metrics();
  let now = 1_000;
  const timings = new TurnTimings(metrics, () => now);
  timings.begin("a", "t1");
  timings.begin("b", "t1");
  for (const [stage, ms] of [["queue", 250], ["firstToken", 500], ["firstToken", 900], ["played", 1_500]] as const) {
    now = 1_000 + ms;
    timings.reached("a", "t1", stage);
  }
  timings.reached("a", "unknown", "queue");
  assertEquals(timings.last, [
    { turn: "t1", seconds: {} },
    { turn: "t1", seconds: { queue: 0.25, firstToken: 0.5, played: 1.5 } },
  ]);
  const page = await (await metrics.page()).text();
  assertStringIncludes(page, 'vtuber_turn_stage_seconds_sum{stage="firstToken"} 0.5');
  assertStringIncludes(page, 'vtuber_turn_stage_seconds_count{stage="firstToken"} 1');
  assertStringIncludes(page, 'vtuber_turn_stage_seconds_sum{stage="played"} 1.5');
});

Deno.test("the last twenty turns are remembered; one that goes on is timed anew", () => {
  let now = 0;
  const timings = new TurnTimings(new Metrics(), () => now);
  for (let index = 0; index < 25; index++) timings.begin("a", `t${index}`);
  assertEquals(timings.last.map(({ turn }) => turn), Array.from({ length: 20 }, (_, index) => `t${24 - index}`));
  timings.reached("a", "t10", "queue");
  now = 5_000;
  timings.begin("a", "t10");
  now = 6_000;
  timings.reached("a", "t10", "queue");
  assertEquals(timings.last[0], { turn: "t10", seconds: { queue: 1 } });
});
