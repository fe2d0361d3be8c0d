/** Answers that are begun before they are asked for: nothing of them is there until they are. */
import { assert, assertEquals } from "@std/assert";
import { limitConcurrency } from "./concurrency_limit.ts";
import type { Conversation } from "./conversation.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import { ConversationHarness } from "./conversation_fixture.ts";
import type { EarlyAnswer, EarlyAnswerEvent } from "./early_answers.ts";
import { FakeModel } from "./fake_model.ts";
import { TurnTimings } from "./turn_timings.ts";
import { LlmError, type LlmEvent } from "@/lib/providers/provider.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import type { TurnEvent } from "@/lib/stages/events.ts";
import { until } from "@/tests/until.ts";

/** A conversation of which everything is noted that anybody could learn. */
class Scene extends ConversationHarness {
  readonly changed: string[];
  readonly watched: TurnEvent["type"][];
  readonly counted: EarlyAnswerEvent[];
  readonly timings: TurnTimings;

  constructor(options: Partial<ConversationOptions> = {}) {
    const changed: string[] = [];
    const watched: TurnEvent["type"][] = [];
    const counted: EarlyAnswerEvent[] = [];
    const timings = new TurnTimings({ turnStage() {} });
    super({
      timings,
      watch: () => ({ type }) => void watched.push(type),
      onChange: ({ turn }) => void changed.push(turn),
      onEarlyAnswer: (event) => void counted.push(event),
      ...options,
    });
    this.changed = changed;
    this.watched = watched;
    this.counted = counted;
    this.timings = timings;
  }

  /** Everything that is known of turns, but the request itself. */
  get known(): unknown {
    const { frames, restarts, changed, watched, conversation: { turns, history, seq, queued, busy, counted } } = this;
    return { frames, restarts, changed, watched, turns, history, seq, queued, busy, counted, timed: this.timings.last };
  }

  get prompts(): (string | undefined)[] {
    return this.model.answers.map(({ request }) => request.messages[0]?.content);
  }

  prepare(turn = "t", text = "how are you"): EarlyAnswer {
    const early = this.conversation.prepare(turn, text);
    assert(early !== undefined, "it is begun");
    return early;
  }

  /** Asks, and has it answered. */
  async ask(turn: string, text = turn): Promise<void> {
    const index = this.model.answers.length;
    this.conversation.prompt(turn, text);
    const answer = await this.model.answer(index);
    answer.say(`Of ${turn}.`);
    answer.end();
    await this.seen("end", turn);
    await this.conversation.settled();
  }
}

/** Everything that was begun has been taken in: nothing here waits for a timer or for another machine. */
function taken(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("an early answer is known to nobody, whatever comes of it, and once dropped it has never been", async () => {
  const scene = new Scene();
  await scene.ask("before");
  const before = scene.known;
  using early = scene.prepare();
  const answer = await scene.model.answer(1);
  answer.think("hm");
  answer.say("[happy] Fine, thank you. ");
  await taken();
  assertEquals(scene.known, before);
  answer.say("And you?");
  answer.end("stop", { promptTokens: 5, outputTokens: 5 });
  await taken();
  assertEquals(scene.known, before);
  early.drop();
  await taken();
  assertEquals(scene.known, before);
  assertEquals(scene.counted, ["begun", "dropped"]);
});

Deno.test("drop() ends the request at once, and the next prompt is answered as ever", async () => {
  const scene = new Scene();
  const early = scene.prepare("t", "how are");
  const answer = await scene.model.answer(0);
  answer.say("We are");
  early.drop();
  assert(answer.signal.aborted, "it is aborted in the same moment");
  early.drop();
  await scene.ask("t", "how are you");
  assertEquals(scene.frames.map((frame) => [frame.type, frame.seq]), [
    ["queued", 101],
    ["start", 102],
    ["chunk", 103],
    ["end", 104],
  ]);
  assertEquals(scene.prompts, ["how are", "how are you"]);
  assertEquals(scene.counted, ["begun", "dropped"]);
});

Deno.test("an early answer that is asked for is that turn: what there is of it at once, then what comes", async () => {
  const scene = new Scene();
  const early = scene.prepare("t", "how are you");
  const answer = await scene.model.answer(0);
  answer.think("hm");
  answer.say("[happy] Fine. ");
  await taken();
  scene.conversation.prompt("t", "How are you?");
  const sofar = [
    { type: "queued", turn: "t", seq: 101, text: "How are you?" },
    { type: "start", turn: "t", seq: 102, provider: "demo", model: "m" },
    { type: "thinking", turn: "t", seq: 103, data: "hm" },
    { type: "emotion", turn: "t", seq: 104, name: "happy", intensity: 1, at: 0 },
    { type: "chunk", turn: "t", seq: 105, data: "Fine. " },
  ];
  assertEquals<unknown>(scene.frames, sofar);
  assertEquals(scene.conversation.busy, true);
  // It is a turn now, whatever becomes of the guess.
  early.drop();
  answer.say("And you?");
  answer.end();
  await scene.seen("end", "t");
  assertEquals<unknown>(scene.frames, [
    ...sofar.slice(0, 4),
    { type: "chunk", turn: "t", seq: 106, data: "Fine. And you?" },
    { type: "end", turn: "t", seq: 107, reason: "stop" },
  ]);
  const [{ prompt, text, state } = {}] = scene.conversation.turns;
  assertEquals({ prompt, text, state }, { prompt: "How are you?", text: "Fine. And you?", state: "done" });
  assertEquals(scene.prompts, ["how are you"]);
  assertEquals(scene.counted, ["begun", "released"]);
  assertEquals(scene.watched, ["start", "thinking", "text", "text", "end"]);
  assertEquals(scene.timings.last.map(({ turn, seconds }) => [turn, Object.keys(seconds)]), [
    ["t", ["queue", "firstToken"]],
  ]);
});

Deno.test("one that has come to its end before it was asked for is there at once, and the next prompt runs", async () => {
  const scene = new Scene();
  scene.prepare();
  const answer = await scene.model.answer(0);
  answer.say("Fine.");
  answer.end("stop", { promptTokens: 7, outputTokens: 3 });
  await taken();
  scene.conversation.prompt("t", "how are you");
  assertEquals(scene.frames.map(({ type }) => type), ["queued", "start", "chunk", "end"]);
  assertEquals(scene.conversation.counted, 10);
  assertEquals(Object.keys(scene.timings.last[0]!.seconds), ["queue", "firstToken"]);
  await scene.ask("next");
});

Deno.test("stop() of one that was released cuts it where it is", async () => {
  const scene = new Scene();
  scene.prepare();
  const answer = await scene.model.answer(0);
  answer.say("Fine");
  await taken();
  scene.conversation.prompt("t", "how are you");
  scene.conversation.stop("t", 2);
  await scene.seen("end", "t");
  assert(answer.signal.aborted);
  assertEquals(scene.conversation.turns.map(({ text, heard, reason }) => [text, heard, reason]), [
    ["Fine", 2, "cancelled"],
  ]);
});

const OTHERS: Record<string, (conversation: Conversation) => void> = {
  "other words": (conversation) => conversation.prompt("t", "how are you today"),
  "another turn, a typed one": (conversation) => conversation.prompt("typed", "how are you"),
  "another greeting before it": (conversation) => conversation.prompt("t", "how are you", "Hello!"),
  "somebody else": (conversation) => conversation.prompt("t", "how are you", undefined, "guest"),
};

for (const [what, ask] of Object.entries(OTHERS)) {
  Deno.test(`an early answer is dropped for ${what}, which is asked as ever`, async () => {
    const scene = new Scene();
    scene.prepare();
    const early = await scene.model.answer(0);
    early.say("In vain. ");
    await taken();
    ask(scene.conversation);
    assert(early.signal.aborted);
    const answer = await scene.model.answer(1);
    answer.say("Right.");
    answer.end();
    await scene.conversation.settled();
    assertEquals(scene.conversation.turns.map(({ text }) => text), ["Right."]);
    assertEquals(scene.counted, ["begun", "dropped"]);
  });
}

const CHANGES: Record<string, (scene: Scene) => void> = {
  "a truncation": ({ conversation }) => conversation.truncate("b"),
  "an answer that is gone on with": ({ conversation }) => conversation.continue("b"),
  "what was heard of an answer": ({ conversation }) => conversation.stop("b", 2),
  "whoever begins to listen": ({ conversation }) => void conversation.listen([]),
  "leaving the conversation": ({ conversation }) => conversation.cancel(),
};

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`an early answer is dropped by ${what}`, async () => {
    const a: StoredTurn = { turn: "a", prompt: "a", text: "All of it", thinking: "", state: "done", reason: "stop" };
    const b: StoredTurn = { ...a, turn: "b", text: "So far", reason: "length", provider: "ollama" };
    const scene = new Scene({ turns: [a, b] });
    scene.prepare();
    const early = await scene.model.answer(0);
    change(scene);
    assert(early.signal.aborted);
    assertEquals(scene.counted, ["begun", "dropped"]);
    scene.conversation.cancel();
    await scene.conversation.settled();
  });
}

Deno.test("close() drops an early answer, and waits until its request has ended", async () => {
  const left = Promise.withResolvers<void>();
  const model = new FakeModel();
  async function* lingering(answer: AsyncIterable<LlmEvent>): AsyncGenerator<LlmEvent> {
    try {
      yield* answer;
    } finally {
      await left.promise;
    }
  }
  const open: FakeModel["open"] = async (...asked) => {
    const opened = await model.open(...asked);
    return { ...opened, events: lingering(opened.events) };
  };
  const scene = new Scene({ languageModel: { open } });
  scene.prepare();
  const { signal } = await model.answer(0);
  await taken();
  let closed = false;
  const closing = scene.conversation.close().then(() => closed = true);
  await taken();
  assertEquals([signal.aborted, closed], [true, false]);
  left.resolve();
  await closing;
  assertEquals([scene.conversation.turns, scene.frames], [[], []]);
});

Deno.test("no answer is begun early once the conversation is closed", async () => {
  const scene = new Scene();
  await scene.conversation.close();
  assertEquals([scene.conversation.prepare("t", "how are you"), scene.model.answers], [undefined, []]);
});

Deno.test("an early answer is begun only where nothing runs or waits, one at a time, and for no turn that is known", async () => {
  const scene = new Scene();
  scene.conversation.prompt("a", "1");
  scene.conversation.prompt("b", "2");
  assertEquals(scene.conversation.prepare("t", "x"), undefined);
  (await scene.model.answer(0)).end();
  (await scene.model.answer(1)).end();
  await scene.conversation.settled();
  assertEquals(scene.conversation.prepare("b", "2"), undefined);
  const early = scene.prepare();
  assertEquals(scene.conversation.prepare("u", "y"), undefined);
  early.drop();
  assertEquals(scene.counted, ["begun", "dropped"]);
});

Deno.test("an early answer that has failed is told to nobody, and asked anew", async () => {
  const scene = new Scene();
  scene.prepare();
  (await scene.model.answer(0)).fail(new LlmError("incomplete", "It broke off", { hint: "Try again" }));
  await taken();
  assertEquals([scene.frames, scene.conversation.turns], [[], []]);
  await scene.ask("t", "how are you");
  assertEquals(scene.frames.map(({ type }) => type), ["queued", "start", "chunk", "end"]);
  assertEquals(scene.counted, ["begun", "dropped"]);
});

Deno.test("an early answer whose request cannot be made is told to nobody", () => {
  const scene = new Scene({
    request: () => {
      throw new Error("an injected fault");
    },
  });
  scene.prepare();
  assertEquals([scene.frames, scene.conversation.turns], [[], []]);
});

Deno.test("the limit of answers at once holds for early ones, and what is dropped makes room", async () => {
  const model = new FakeModel();
  const languageModel = limitConcurrency(model, 1);
  const [scene, other] = [new Scene({ languageModel }), new Scene({ languageModel })];
  const early = scene.prepare();
  await model.answer(0);
  other.conversation.prompt("o", "o");
  assertEquals((await other.seen("error", "o") as { code: string }).code, "too_many");
  early.drop();
  await taken();
  other.conversation.prompt("p", "p");
  const answer = await model.answer(1);
  // While that one is written, none is begun early: it fails unseen.
  scene.conversation.prepare("u", "y");
  await taken();
  assertEquals(scene.frames, []);
  answer.end();
  await other.seen("end", "p");
});

Deno.test("whoever is guessed wrong again and again is not guessed any more: one and a half requests a turn", async () => {
  const scene = new Scene();
  const turns = 40;
  for (let turn = 0; turn < turns; turn++) {
    // Three pauses in each sentence.
    for (let pause = 0; pause < 3; pause++) scene.conversation.prepare(`${turn}`, `${"so ".repeat(pause)}well`)?.drop();
    await scene.ask(`${turn}`, "what is it");
  }
  const begun = scene.counted.filter((event) => event === "begun").length;
  assertEquals([scene.model.answers.length, begun], [turns + begun, turns / 2]);
  await until("it is over", () => !scene.conversation.busy);
});

Deno.test("guesses that are right cost nothing", async () => {
  const scene = new Scene();
  for (let turn = 0; turn < 20; turn++) {
    scene.prepare(`${turn}`, "what is it");
    (await scene.model.answer(turn)).end();
    scene.conversation.prompt(`${turn}`, "What is it?");
    await scene.conversation.settled();
  }
  assertEquals(scene.model.answers.length, 20);
});
