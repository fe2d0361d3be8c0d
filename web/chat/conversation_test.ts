import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ServerFrame, TurnRecord } from "@/lib/protocol/v2.ts";
import {
  addUnsent,
  applyFrame,
  type ConversationState,
  currentTurn,
  EMPTY_CONVERSATION,
  type Turn,
  visibleTurns,
} from "./conversation.ts";
import { STATUS, welcome } from "@/web/connection/fake_environment.ts";

const DONE: TurnRecord = { turn: "a", prompt: "Hi", text: "Hello", thinking: "", state: "done", reason: "stop" };

/** A whole turn, frame by frame. */
const TURN: ServerFrame[] = [
  { type: "queued", turn: "a", seq: 1, text: "Hi" },
  { type: "start", turn: "a", seq: 2, provider: "ollama", model: "qwen2.5" },
  { type: "thinking", turn: "a", seq: 3, data: "Hm" },
  { type: "emotion", turn: "a", seq: 4, name: "happy", intensity: 1, at: 0 },
  { type: "chunk", turn: "a", seq: 5, data: "Hel" },
  { type: "chunk", turn: "a", seq: 6, data: "lo" },
  { type: "end", turn: "a", seq: 7, reason: "stop" },
];

function apply(frames: ServerFrame[], from: ConversationState = EMPTY_CONVERSATION): ConversationState {
  return frames.reduce(applyFrame, from);
}

Deno.test("applyFrame() builds a turn from its frames", () => {
  const { turns, seq } = apply(TURN);
  assertEquals(turns, [{
    turn: "a",
    prompt: "Hi",
    text: "Hello",
    thinking: "Hm",
    state: "done",
    reason: "stop",
    provider: "ollama",
    model: "qwen2.5",
  }]);
  assertEquals(seq, 7);
});

Deno.test("applyFrame() changes nothing when frames come again", () => {
  for (let from = 0; from < TURN.length; from++) {
    const once = apply(TURN);
    assertStrictEquals(apply(TURN.slice(from), once), once, `replayed from frame ${from}`);
  }
});

Deno.test("applyFrame() gives the same conversation wherever a line broke", () => {
  const whole = apply([welcome(), ...TURN]);
  for (let broken = 0; broken <= TURN.length; broken++) {
    const half = apply([welcome(), ...TURN.slice(0, broken)]);
    const back = welcome({ resumed: true, seq: TURN.length });
    assertEquals(apply([back, ...TURN.slice(broken)], half), whole, `broken after ${broken} frames`);
  }
});

Deno.test("applyFrame() replaces everything but unsent prompts at a welcome that does not resume", () => {
  const before = addUnsent(addUnsent(apply(TURN), "b", "Kept"), "c", "Arrived");
  const history: TurnRecord[] = [DONE, { ...DONE, turn: "c", prompt: "Arrived" }];
  const after = applyFrame(before, welcome({ session: "s2", seq: 40, history }));
  assertEquals(after.turns.map((turn) => [turn.turn, turn.state]), [["a", "done"], ["c", "done"], ["b", "unsent"]]);
  assertEquals([after.session, after.seq], ["s2", 40]);
});

Deno.test("applyFrame() confirms an unsent prompt in its place", () => {
  const after = applyFrame(addUnsent(EMPTY_CONVERSATION, "a", "Hi"), { type: "queued", turn: "a", seq: 1, text: "Hi" });
  assertEquals(after.turns.map((turn) => turn.state), ["queued"]);
});

Deno.test("applyFrame() keeps the text of a turn that fails", () => {
  const error: ServerFrame = {
    type: "error",
    turn: "a",
    seq: 9,
    code: "incomplete",
    message: "Broke off",
    hint: "Again",
  };
  const [turn] = apply([...TURN.slice(0, 6), error]).turns;
  assertEquals([turn?.state, turn?.text], ["failed", "Hello"]);
  assertEquals(turn?.error, { code: "incomplete", message: "Broke off", hint: "Again" });
});

Deno.test("applyFrame() leaves a refused prompt unsent, with the reason", () => {
  const before = addUnsent(EMPTY_CONVERSATION, "a", "Hi");
  const [turn] = applyFrame(before, { type: "error", turn: "a", code: "queue_full", message: "Full" }).turns;
  assertEquals([turn?.state, turn?.error?.code], ["unsent", "queue_full"]);
  assertEquals(currentTurn([turn!]), undefined);
});

Deno.test("applyFrame() keeps a prompt for the next server when this one goes down", () => {
  const before = addUnsent(EMPTY_CONVERSATION, "a", "Hi");
  const after = applyFrame(before, { type: "error", turn: "a", code: "shutting_down", message: "Going down" });
  assertEquals([after.turns[0]?.error, after.notice?.code], [undefined, "shutting_down"]);
});

Deno.test("applyFrame() shows an error of no turn as a notice, until the next welcome or until it is over", () => {
  const after = applyFrame(EMPTY_CONVERSATION, { type: "error", code: "bad_frame", message: "Unreadable" });
  assertEquals(after.notice, { code: "bad_frame", message: "Unreadable" });
  assertEquals(applyFrame(after, welcome()).notice, null);
  assertEquals(applyFrame(after, { type: "recovered", code: "bus_lost" }).notice, after.notice);
  assertEquals(applyFrame(after, { type: "recovered", code: "bad_frame" }).notice, null);
});

Deno.test("applyFrame() takes in a status", () => {
  assertEquals(applyFrame(EMPTY_CONVERSATION, { type: "status", ...STATUS, provider: "demo" }).status, {
    ...STATUS,
    provider: "demo",
  });
});

Deno.test("applyFrame() leaves other turns the same objects", () => {
  const before = apply([welcome({ seq: 10, history: [DONE] }), { type: "queued", turn: "b", seq: 11, text: "More" }]);
  const after = applyFrame(before, { type: "chunk", turn: "b", seq: 12, data: "x" });
  assertStrictEquals(after.turns[0], before.turns[0]);
});

Deno.test("visibleTurns() leaves out a wordless failure that was asked again", () => {
  const failed: Turn = { ...DONE, turn: "f", text: "", state: "failed" };
  const again: Turn = { ...DONE, turn: "g" };
  assertEquals(visibleTurns([failed, again]), [again]);
  assertEquals(visibleTurns([failed]), [failed]);
  const spoken = { ...failed, text: "So far" };
  assertEquals(visibleTurns([spoken, again]), [spoken, again]);
});
