/** Whatever is begun early, and whatever becomes of it: the conversation is as if only what was asked had been asked. */
import { assert, assertEquals } from "@std/assert";
import type { ConversationOptions } from "./conversation_options.ts";
import { ConversationHarness } from "./conversation_fixture.ts";
import type { EarlyAnswer } from "./early_answers.ts";
import type { FakeAnswer } from "./fake_model.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { SpeechStage } from "@/lib/stages/speech.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import type { OpenSpeech } from "@/lib/voice/turn_speech.ts";

const SEQUENCES = 40;
const STEPS = 40;
/** What an answer is made of: text, marks, thoughts, thoughts that turn out to be some at their end, ends and failures. */
const PIECES = [
  "Hello there, you. ",
  "[happy] Well, ",
  "[hap",
  "<think>hm</think>",
  "I see.\n</think>\n",
  "That is so. Is it?",
  "LENGTH",
  "END",
  "END",
  "FAIL",
];

/** Numbers from 0 to below `most`, the same ones for a seed. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) % most;
  };
}

/** All that can happen by itself has happened: nothing here waits for a timer or for another machine. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** A conversation whose model says what follows from all that it is told, piece by piece as the test lets it. */
class Side extends ConversationHarness {
  readonly changed = new Map<string, StoredTurn>();
  readonly speeches: { discarded: boolean }[] = [];
  readonly #given = new Map<FakeAnswer, number>();

  constructor(options: Partial<ConversationOptions> = {}) {
    const changed = new Map<string, StoredTurn>();
    const speeches: { discarded: boolean }[] = [];
    super({
      // A guess is asked with the words as they were understood first.
      request: (turns) => ({ model: "m", messages: [{ role: "user", content: JSON.stringify(turns.map(toldOf)) }] }),
      onChange: (turn) => void changed.set(turn.turn, structuredClone(turn)),
      openSpeech: fakeSpeech(speeches),
      ...options,
    });
    this.changed = changed;
    this.speeches = speeches;
    this.conversation.listen([]);
  }

  /** How many pieces of an answer were given. */
  given(answer: FakeAnswer): number {
    return this.#given.get(answer) ?? 0;
  }

  /** Lets the model give the next piece of an answer, unless it has ended. */
  async give(answer = this.model.answers.at(-1)): Promise<void> {
    if (answer === undefined || answer.signal.aborted) return;
    const given = this.given(answer);
    const told = answer.request.messages[0]!.content;
    const roll = dice([...told].reduce((sum, character) => sum * 31 + character.charCodeAt(0) | 0, 7));
    const pieces = Array.from({ length: given + 1 }, () => PIECES[roll(PIECES.length)]!);
    if (pieces.slice(0, -1).some((piece) => /^[A-Z]+$/.test(piece))) return;
    this.#given.set(answer, given + 1);
    const piece = pieces.at(-1)!;
    if (piece === "FAIL") answer.fail(new LlmError("incomplete", "It broke off", { hint: "Try again" }));
    else if (piece === "LENGTH") answer.end("length");
    else if (piece === "END") answer.end("stop", { promptTokens: given, outputTokens: told.length });
    else answer.say(piece);
    await quiet();
  }

  /** What anybody could know of it. */
  get known(): unknown {
    const { frames, restarts, changed, conversation: { turns, seq, busy, queued, counted } } = this;
    return { frames, restarts, changed, turns, seq, busy, queued, counted };
  }
}

function toldOf({ prompt, text, heard }: TurnRecord): unknown {
  return [prompt.toLowerCase().replace("?", ""), text, heard];
}

/** Speech that has each sentence's sound as soon as it is asked for. */
function fakeSpeech(speeches: { discarded: boolean }[]): OpenSpeech {
  return ({ deliver, at = 0 }) => {
    const state = { discarded: false };
    speeches.push(state);
    let stopped = false;
    return {
      stage: new SpeechStage({ at }),
      say: ({ index }) => void Promise.resolve().then(() => stopped || deliver({ index, engine: "fake", url: "/s" })),
      expect() {},
      played() {},
      end() {},
      restart() {},
      stop: () => void (stopped = true),
      discard: () => stopped = state.discarded = true,
      finished: Promise.resolve(),
    };
  };
}

/** Does the same on both sides, as far as it can be done. */
function both(sides: readonly Side[], does: (side: Side) => void): void {
  const outcomes = sides.map((side) => {
    try {
      does(side);
      return "done";
    } catch (error) {
      return String(error);
    }
  });
  assertEquals(outcomes[0], outcomes[1]);
}

async function play(seed: number): Promise<{ released: number; dropped: number }> {
  const roll = dice(seed);
  const events = { begun: 0, released: 0, dropped: 0 };
  const droppedAnswers = new Set<FakeAnswer>();
  let guess: FakeAnswer | undefined;
  const guessing = new Side({
    onEarlyAnswer: (event) => {
      events[event]++;
      if (event === "begun") guess = guessing.model.answers.at(-1);
      if (event === "dropped") droppedAnswers.add(guess!);
      if (event !== "begun") guess = undefined;
    },
  });
  const asking = new Side();
  const sides = [guessing, asking];
  let early: EarlyAnswer | undefined;
  let ids = 0;
  const turns = () => asking.conversation.turns;
  const anyTurn = () => turns()[roll(turns().length || 1)]?.turn ?? "none";
  const prompt = (turn: string, text: string) => both(sides, ({ conversation }) => conversation.prompt(turn, text));
  const steps: (() => unknown)[] = [
    ...Array(4).fill(() => early = guessing.conversation.prepare(`t${ids++}`, "how are you") ?? early),
    ...Array(4).fill(() => early && prompt(early.turn, `${early.text.toUpperCase()}?`)),
    () => early && prompt(early.turn, `${early.text} then`),
    () => early?.drop(),
    () => prompt(`t${ids++}`, roll(2) === 0 ? "typed" : "how are you"),
    () => both(sides, ({ conversation }) => conversation.stop(turns().at(-1)?.turn ?? "none")),
    () => {
      const [turn, heard] = [anyTurn(), roll(20)];
      both(sides, ({ conversation }) => conversation.stop(turn, heard));
    },
    () => {
      const turn = anyTurn();
      both(sides, ({ conversation }) => conversation.truncate(turn));
    },
    () => both(sides, ({ conversation }) => conversation.continue(turns().at(-1)?.turn ?? "none")),
    () => both(sides, ({ conversation }) => conversation.cancel()),
  ];
  /** What was given of the guesses while they were held back is given to whoever asks only now. */
  async function giveTheSame(): Promise<void> {
    const told = guessing.model.answers.filter((answer) => answer !== guess && !droppedAnswers.has(answer));
    for (const [index, answer] of told.entries()) {
      const same = asking.model.answers[index]!;
      while (!same.signal.aborted && asking.given(same) < guessing.given(answer)) await asking.give(same);
    }
    assertEquals(asking.model.answers.length, told.length);
  }

  for (let step = 0; step < STEPS; step++) {
    // Mostly something comes of the answer there is.
    if (roll(2) === 0) steps[roll(steps.length)]!();
    else await guessing.give();
    await quiet();
    await giveTheSame();
    assertEquals(guessing.known, asking.known, `seed ${seed}, step ${step}`);
  }
  both(sides, ({ conversation }) => conversation.cancel());
  await quiet();
  assertEquals(guessing.known, asking.known, `seed ${seed}, at the end`);
  assertEquals(events.begun, events.released + events.dropped);
  assertEquals(guessing.speeches.filter(({ discarded }) => discarded).length, events.dropped);
  assert(asking.speeches.every(({ discarded }) => !discarded));
  return events;
}

Deno.test("whatever is begun early, history and frames are as if only what was asked had been asked", async () => {
  const sum = { released: 0, dropped: 0 };
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const { released, dropped } = await play(seed);
    sum.released += released;
    sum.dropped += dropped;
  }
  assert(sum.released > SEQUENCES / 2 && sum.dropped > SEQUENCES / 2, `both come about: ${JSON.stringify(sum)}`);
});
