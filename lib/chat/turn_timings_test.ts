import { assertEquals, assertStringIncludes } from "@std/assert";
import { conversationWith } from "./conversation_fixture.ts";
import { FakeModel } from "./fake_model.ts";
import { TurnTimings } from "./turn_timings.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";
import { SpeechService } from "@/lib/voice/speech_service.ts";
import { ToneEngine } from "@/tests/tone_engine.ts";

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
  assertEquals(timings.last.map(({ at: _, ...rest }) => rest), [
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
  assertEquals([timings.last[0]!.turn, timings.last[0]!.seconds], ["t10", { queue: 1 }]);
});

Deno.test("what is heard when all of it has long been made counts as well", async () => {
  const model = new FakeModel();
  const timings = new TurnTimings(new Metrics());
  const speech = new SpeechService({
    settings: () => ({ engine: "blips", rate: 1, pitch: 1, speak: "all" }),
    engines: () => new Map([["blips", new ToneEngine({ id: "blips" })]]),
    path: "/speech/",
  });
  const conversation = conversationWith({
    languageModel: model,
    openSpeech: (request) => speech.open(request),
    timings,
  });
  conversation.listen([]);
  conversation.prompt("t", "Hi");
  const answer = await model.answer(0);
  answer.say("Hi there.");
  answer.end();
  await conversation.settled();
  assertEquals(Object.keys(timings.last[0]!.seconds), ["queue", "firstToken", "firstClause", "firstSound"]);
  conversation.played("t", 0);
  conversation.played("unknown", 0);
  assertEquals(Object.keys(timings.last[0]!.seconds).at(-1), "played");
  speech[Symbol.dispose]();
});
