import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { ConversationHarness } from "./conversation_fixture.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { SpeechStage } from "@/lib/stages/speech.ts";
import { within } from "@/tests/until.ts";

Deno.test("Session numbers its frames and records the turn", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("t1", "hello");
  const answer = await harness.model.answer(0);
  answer.think("hm");
  answer.say("Hi ");
  answer.say("there");
  answer.end("length");
  await harness.seen("end", "t1");
  assertEquals(harness.frames, [
    { type: "queued", turn: "t1", seq: 101, text: "hello" },
    { type: "start", turn: "t1", seq: 102, provider: "demo", model: "m" },
    { type: "thinking", turn: "t1", seq: 103, data: "hm" },
    { type: "chunk", turn: "t1", seq: 105, data: "Hi there" },
    { type: "end", turn: "t1", seq: 106, reason: "length" },
  ]);
  assertEquals(harness.conversation.turns, [{
    turn: "t1",
    prompt: "hello",
    text: "Hi there",
    thinking: "hm",
    state: "done",
    reason: "length",
    provider: "demo",
    model: "m",
  }]);
});

Deno.test("Session tells of feelings at their place, and keeps marks and thoughts out of the text", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("t1", "hello");
  const answer = await harness.model.answer(0);
  answer.say("<think>hm</think>\n\n[ha");
  answer.say("ppy:0.5] Hi [");
  answer.end();
  await harness.seen("end", "t1");
  assertEquals(harness.frames.slice(2), [
    { type: "thinking", turn: "t1", seq: 103, data: "hm" },
    { type: "emotion", turn: "t1", seq: 104, name: "happy", intensity: 0.5, at: 0 },
    { type: "chunk", turn: "t1", seq: 106, data: "Hi [" },
    { type: "end", turn: "t1", seq: 107, reason: "stop" },
  ]);
  assertEquals(harness.conversation.turns.map(({ text, thinking }) => [text, thinking]), [["Hi [", "hm"]]);
});

Deno.test("stop() keeps what was held back as a mark that never came to its end", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("t1", "hello");
  (await harness.model.answer(0)).say("Hi [hap");
  await harness.seen("chunk", "t1");
  harness.conversation.stop("t1");
  await harness.seen("end", "t1");
  assertEquals(harness.conversation.turns.map(({ text }) => text), ["Hi [hap"]);
});

Deno.test("Session answers waiting prompts in order, refuses more than its queue, and asks no turn twice", async () => {
  const harness = new ConversationHarness({ queue: 1 });
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  harness.conversation.prompt("a", "1");
  const error = assertThrows(() => harness.conversation.prompt("c", "3"), RequestError);
  assertEquals(error.error.code, "queue_full");
  (await harness.model.answer(0)).end();
  (await harness.model.answer(1)).end();
  await harness.seen("end", "b");
  assertEquals(harness.model.answers.map(({ request }) => request.messages[0]!.content), ["1", "2"]);
});

Deno.test("stop() ends the running turn, keeps its text, and lets the next one run", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  const first = await harness.model.answer(0);
  first.say("so far");
  await harness.seen("chunk", "a");
  harness.conversation.stop("a");
  assertEquals((await harness.seen("end", "a") as { reason: string }).reason, "cancelled");
  assertEquals(first.signal.aborted, true);
  assertEquals(harness.conversation.turns[0]!.text, "so far");
  (await harness.model.answer(1)).end();
  await harness.seen("end", "b");
});

Deno.test("stop() takes a waiting turn out of the queue, and leaves ended or unknown ones alone", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  harness.conversation.stop("b");
  harness.conversation.stop("nobody");
  (await harness.model.answer(0)).end();
  await harness.seen("end", "a");
  const before = harness.frames.length;
  harness.conversation.stop("a");
  assertEquals(harness.frames.length, before);
  assertEquals(harness.model.answers.length, 1);
});

Deno.test("Session tells what went wrong, keeps the text, and goes on with the next prompt", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  const answer = await harness.model.answer(0);
  answer.say("half");
  await harness.seen("chunk", "a");
  answer.fail(new LlmError("incomplete", "It broke off", { hint: "Try again" }));
  const { seq, ...error } = await harness.seen("error", "a");
  assertEquals(error, { type: "error", turn: "a", code: "incomplete", message: "It broke off", hint: "Try again" });
  assertEquals(seq, harness.conversation.seq);
  assertEquals(harness.conversation.turns[0]!.text, "half");
  harness.conversation.prompt("b", "2");
  (await harness.model.answer(1)).end();
  await harness.seen("end", "b");
});

Deno.test("truncate() ends what is dropped, and nothing of it is sent any more", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("kept", "0");
  const kept = await harness.model.answer(0);
  kept.say("yes");
  kept.end();
  await harness.seen("end", "kept");
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  const old = await harness.model.answer(1);
  harness.conversation.truncate("a");
  assertEquals([old.signal.aborted, harness.restarts, harness.frames], [true, 1, []]);
  assertEquals(harness.conversation.turns.map(({ turn }) => turn), ["kept"]);
  harness.conversation.prompt("x", "3");
  const answer = await harness.model.answer(2);
  assertEquals(answer.request.messages[0]!.content, "3");
  answer.end();
  await harness.seen("end", "x");
  assertEquals(harness.frames.map(({ turn, type }) => [turn, type]), [["x", "queued"], ["x", "start"], ["x", "end"]]);
});

Deno.test("truncate() lets an answer before the dropped turn go on, and leaves all as it is for an unknown turn", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  const answer = await harness.model.answer(0);
  harness.conversation.truncate("nobody");
  assertEquals(harness.restarts, 0);
  harness.conversation.truncate("b");
  answer.say("on");
  answer.end();
  await harness.seen("end", "a");
  await harness.conversation.settled();
  assertEquals(harness.conversation.turns.map(({ turn, text }) => [turn, text]), [["a", "on"]]);
  assertEquals(harness.model.answers.length, 1);
});

Deno.test("cancel() ends what runs and what waits", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  await harness.model.answer(0);
  harness.conversation.cancel();
  await harness.conversation.settled();
  assertEquals(harness.conversation.turns.map(({ reason }) => reason), ["cancelled", "cancelled"]);
});

Deno.test("close() marks what runs or waits as interrupted and waits for the language model to end", async () => {
  const harness = new ConversationHarness();
  harness.conversation.prompt("a", "1");
  harness.conversation.prompt("b", "2");
  await harness.model.answer(0);
  await harness.conversation.close();
  assertEquals(harness.conversation.turns.map(({ state, error }) => [state, error?.code]), [
    ["failed", "interrupted"],
    ["failed", "interrupted"],
  ]);
  assertEquals(harness.conversation.busy, false);
});

Deno.test("T1: what was told before thoughts turned out to be thoughts is thinking, for watchers and for the record", async () => {
  for (const cut of [1, 7, 100]) {
    const harness = new ConversationHarness();
    harness.conversation.prompt("t1", "hello");
    const answer = await harness.model.answer(0);
    const said = "Okay, the user says hi.\n</think>\n\n[happy] Hello!";
    for (let at = 0; at < said.length; at += cut) answer.say(said.slice(at, at + cut));
    answer.end();
    await harness.seen("end", "t1");
    assertEquals(harness.restarts, 1);
    assertEquals(harness.frames.map(({ type }) => type), ["emotion", "chunk", "end"]);
    const [{ text, thinking, state } = {}] = harness.conversation.turns;
    assertEquals({ text, thinking, state }, { text: "Hello!", thinking: "Okay, the user says hi.", state: "done" });
  }
});

Deno.test("lastAnswer() waits until the answer is said where a page listens, and for no page that has gone", async () => {
  for (const hasGone of [false, true]) {
    const said = Promise.withResolvers<void>();
    const nothing = () => {};
    const harness = new ConversationHarness({
      openSpeech: ({ at = 0 }) => ({
        stage: new SpeechStage({ at }),
        say: nothing,
        expect: nothing,
        played: nothing,
        end: nothing,
        restart: nothing,
        stop: nothing,
        discard: nothing,
        finished: said.promise,
      }),
    });
    const leave = harness.conversation.listen([]);
    harness.conversation.prompt("t", "hello");
    const answer = await harness.model.answer(0);
    answer.say("Hi there.");
    answer.end();
    await harness.seen("end", "t");
    assertEquals(harness.conversation.busy, true);
    if (hasGone) leave();
    else setTimeout(said.resolve, 10);
    await within("the last answer is over", harness.conversation.lastAnswer());
    assertEquals(harness.conversation.busy, false);
  }
});
