import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ClientFrame, ServerFrame } from "@/lib/protocol/v2.ts";
import { CallError } from "@/web/connection/call_client.ts";
import { ChatStore } from "./chat_store.ts";
import { FakeEnvironment, FakeStorage, STATUS, welcome } from "@/web/connection/fake_environment.ts";
import { activity, appConfig, feelings, speech } from "@/web/presence/presence.ts";
import { PageStorage } from "@/web/browser/storage.ts";

function setUp(storage = new FakeStorage()) {
  const environment = new FakeEnvironment();
  const waiting: (() => void)[] = [];
  const store = new ChatStore({
    url: "ws://page/ws",
    storage: new PageStorage(() => storage),
    environment,
    nextFrame: (callback) => waiting.push(callback),
  });
  store.start();
  /** Draws a picture. */
  function frame() {
    for (const callback of waiting.splice(0)) callback();
  }
  function receive(...frames: ServerFrame[]) {
    for (const one of frames) environment.socket.receive(one);
  }
  function open(fields: Parameters<typeof welcome>[0] = {}) {
    environment.socket.accept();
    receive(welcome(fields));
    frame();
  }
  function write(text: string) {
    store.box.draft.value = text;
    store.send();
  }
  function sent<T extends ClientFrame["type"]>(type: T) {
    return environment.socket.sent.filter((one): one is ClientFrame & { type: T } => one.type === type);
  }
  const states = () => store.turns.value.map((turn) => turn.state);
  return { environment, storage, store, waiting, frame, receive, open, write, sent, states };
}

Deno.test("ChatStore sends what was written and shows it at once", () => {
  const { store, open, write, sent, states } = setUp();
  open();
  write("こんにちは");
  const [turn] = store.turns.value;
  assertEquals([turn?.prompt, turn?.state, store.box.draft.value], ["こんにちは", "unsent", ""]);
  assertEquals(sent("prompt"), [{ type: "prompt", turn: turn!.turn, text: "こんにちは" }]);
  write("   ");
  assertEquals(states(), ["unsent"]);
  store.dispose();
});

Deno.test("ChatStore publishes at most once a frame, however many chunks come", () => {
  const { store, waiting, frame, receive, open } = setUp();
  open();
  let published = 0;
  store.turns.subscribe(() => void published++);
  published = 0;
  receive({ type: "queued", turn: "a", seq: 1, text: "Hi" });
  receive({ type: "start", turn: "a", seq: 2, provider: "ollama", model: "m" });
  for (let seq = 3; seq < 1003; seq++) receive({ type: "chunk", turn: "a", seq, data: "x" });
  assertEquals([published, waiting.length], [0, 1]);
  frame();
  assertEquals([published, store.turns.value[0]?.text.length], [1, 1000]);
  store.dispose();
});

Deno.test("ChatStore sends unconfirmed prompts again on every new line, until they are confirmed", () => {
  const { environment, store, receive, open, write, sent } = setUp();
  write("written before the line was there");
  open();
  assertEquals(sent("prompt").length, 1);
  const { turn } = store.turns.value[0]!;
  environment.socket.drop();
  environment.advance(1000);
  open({ resumed: true });
  assertEquals(sent("prompt").map((frame) => frame.turn), [turn]);
  receive({ type: "queued", turn, seq: 1, text: "written before the line was there" });
  environment.socket.drop();
  environment.advance(1000);
  open({ resumed: true, seq: 1 });
  assertEquals(sent("prompt"), []);
  store.dispose();
});

Deno.test("ChatStore keeps draft and unconfirmed prompts over a reload", () => {
  const before = setUp();
  before.write("unsent");
  before.store.box.draft.value = "half a sent";
  before.store.dispose();
  const after = setUp(before.storage);
  assertEquals(after.store.box.draft.value, "half a sent");
  assertEquals(after.store.turns.value.map((turn) => turn.prompt), ["unsent"]);
  after.open();
  assertEquals(after.sent("prompt").map((frame) => frame.text), ["unsent"]);
  after.receive({ type: "queued", turn: after.store.turns.value[0]!.turn, seq: 1, text: "unsent" });
  after.store.dispose();
  const last = setUp(before.storage);
  assertEquals(last.store.turns.value, []);
  last.store.dispose();
});

Deno.test("ChatStore comes back to its session, with `after` only while it holds the state", () => {
  const first = setUp();
  first.environment.socket.accept();
  assertEquals(first.sent("hello"), [{ type: "hello" }]);
  first.receive(welcome({ session: "s7", seq: 12 }));
  first.environment.socket.drop();
  first.environment.advance(1000);
  first.environment.socket.accept();
  assertEquals(first.sent("hello"), [{ type: "hello", session: "s7", after: 12 }]);
  first.store.dispose();
  const reloaded = setUp(first.storage);
  reloaded.environment.socket.accept();
  assertEquals(reloaded.sent("hello"), [{ type: "hello", session: "s7" }]);
  reloaded.store.dispose();
});

Deno.test("ChatStore stops the answer that comes, also when the line is lost in between", () => {
  const { environment, store, frame, receive, open, sent, states } = setUp();
  open();
  receive({ type: "queued", turn: "a", seq: 1, text: "Hi" });
  receive({ type: "start", turn: "a", seq: 2, provider: "ollama", model: "m" });
  environment.socket.drop();
  store.stop();
  environment.advance(1000);
  open({ resumed: true, seq: 2 });
  assertEquals(sent("stop"), [{ type: "stop", turn: "a" }]);
  receive({ type: "end", turn: "a", seq: 3, reason: "cancelled" });
  frame();
  assertEquals(states(), ["done"]);
  store.stop();
  assertEquals(sent("stop").length, 1);
  store.dispose();
});

Deno.test("ChatStore gives a prompt that never went out back into the box", () => {
  const { store, storage, write } = setUp();
  write("take me back");
  store.box.draft.value = "newer";
  store.stop();
  assertEquals([store.box.draft.value, store.turns.value.length], ["take me back\nnewer", 0]);
  assertEquals(new PageStorage(() => storage).unsentPrompts(), []);
  store.dispose();
});

Deno.test("ChatStore asks a failed turn again as a new one, a refused prompt as the same one", () => {
  const { store, frame, receive, open, write, sent, states } = setUp();
  open();
  receive({ type: "queued", turn: "a", seq: 1, text: "Hi" });
  receive({ type: "error", turn: "a", seq: 2, code: "timeout", message: "Late" });
  frame();
  store.retry("a");
  const again = sent("prompt")[0]!;
  assertEquals(again.text, "Hi");
  assert(again.turn !== "a");
  assertEquals(states(), ["unsent"]);
  receive({ type: "error", turn: again.turn, code: "queue_full", message: "Full" });
  frame();
  assertEquals(store.turns.value[0]?.error?.code, "queue_full");
  store.retry(again.turn);
  assertEquals(sent("prompt").map((one) => one.turn), [again.turn, again.turn]);
  assertEquals(store.turns.value[0]?.error, undefined);
  write("next");
  assertEquals(states(), ["unsent", "unsent"]);
  store.dispose();
});

Deno.test("ChatStore starts anew when reset, and only over an open line", () => {
  const { store, storage, open, write, sent } = setUp();
  write("one");
  store.reset();
  assertEquals(store.turns.value.length, 1);
  open();
  store.reset();
  assertEquals([sent("reset").length, store.turns.value.length], [1, 0]);
  assertEquals(new PageStorage(() => storage).unsentPrompts(), []);
  store.dispose();
});

Deno.test("ChatStore tells the avatar what happens", () => {
  const { store, frame, receive, open, write } = setUp();
  open();
  assertEquals(activity.value, "idle");
  store.box.draft.value = "H";
  assertEquals(activity.value, "listening");
  write("Hi");
  const { turn } = store.turns.value[0]!;
  receive({ type: "queued", turn, seq: 1, text: "Hi" });
  frame();
  assertEquals([activity.value, speech.value], ["thinking", null]);
  receive({ type: "start", turn, seq: 2, provider: "ollama", model: "m" });
  receive({ type: "emotion", turn, seq: 3, name: "happy", intensity: 0.8, at: 0 });
  assertEquals(feelings.value, { turn, name: "happy", intensity: 0.8, at: 0 });
  receive({ type: "chunk", turn, seq: 4, data: "Hel" });
  frame();
  assertEquals([activity.value, speech.value], ["speaking", { turn, text: "Hel" }]);
  receive({ type: "end", turn, seq: 5, reason: "stop" });
  frame();
  assertEquals([activity.value, speech.value], ["idle", null]);
  store.dispose();
});

Deno.test("ChatStore announces finished sentences and errors, and nothing from before", () => {
  const { store, frame, receive, open } = setUp();
  const streaming = { turn: "a", prompt: "Hi", text: "Old. ", thinking: "", state: "streaming" } as const;
  open({ seq: 5, history: [streaming] });
  const said = () => store.announcements.value.map(({ text }) => text);
  receive({ type: "chunk", turn: "a", seq: 6, data: "New one. And " });
  frame();
  assertEquals(said(), ["New one."]);
  receive({ type: "error", turn: "a", seq: 7, code: "incomplete", message: "Broke off" });
  frame();
  assertEquals(said(), ["New one.", "And", "Broke off"]);
  receive({ type: "queued", turn: "b", seq: 8, text: "Again" });
  receive({ type: "start", turn: "b", seq: 9, provider: "ollama", model: "m" });
  receive({ type: "chunk", turn: "b", seq: 10, data: "Short" });
  frame();
  receive({ type: "end", turn: "b", seq: 11, reason: "stop" });
  frame();
  assertEquals(said().at(-1), "Short");
  store.dispose();
});

Deno.test("ChatStore announces a refusal once, and the answers after it", () => {
  const { store, frame, receive, open, write } = setUp();
  open();
  const said = () => store.announcements.value.map(({ text }) => text);
  write("one too many");
  const { turn } = store.turns.value[0]!;
  receive({ type: "error", turn, code: "queue_full", message: "Full" });
  frame();
  store.box.draft.value = "x";
  receive({ type: "queued", turn: "b", seq: 1, text: "Next" });
  frame();
  store.editUnsent(turn);
  receive({ type: "start", turn: "b", seq: 2, provider: "ollama", model: "m" });
  receive({ type: "chunk", turn: "b", seq: 3, data: "Here." });
  receive({ type: "end", turn: "b", seq: 4, reason: "stop" });
  frame();
  assertEquals(said(), ["Full", "Here."]);
  store.dispose();
});

Deno.test("ChatStore lets the reader choose the greeting until the first message, which tells of it", () => {
  const { store, storage, frame, receive, open, write, sent } = setUp();
  const character = { name: "Alice", greeting: "A", otherGreetings: ["B", "C"] };
  open({ character });
  assertEquals(store.greeting.value, { greeting: "A", index: 0, count: 3 });
  store.chooseGreeting(2);
  assertEquals(store.greeting.value, { greeting: "C", index: 2, count: 3 });

  const reloaded = setUp(storage);
  reloaded.open({ character });
  assertEquals(reloaded.store.greeting.value, { greeting: "C", index: 2, count: 3 });
  reloaded.store.dispose();

  write("one");
  const [first] = sent("prompt");
  assertEquals(first?.greeting, 2);
  assertEquals(store.greeting.value.count, 0);
  receive({ type: "queued", turn: first!.turn, seq: 1, text: "one", greeting: "C" });
  frame();
  write("two");
  assertEquals(sent("prompt").at(-1)?.greeting, undefined);
  // What was said stays said, whoever speaks now.
  receive({ type: "character", character: { name: "Kit", greeting: "K" } });
  frame();
  assertEquals(store.greeting.value, { greeting: "C", index: 0, count: 0 });
  store.reset();
  assertEquals(store.greeting.value, { greeting: "K", index: 0, count: 1 });
  store.dispose();
});

Deno.test("ChatStore forgets a chosen greeting with the character, or the conversation, that it was chosen for", () => {
  const { store, frame, receive, open } = setUp();
  open({ character: { name: "Alice", greeting: "A", otherGreetings: ["B"] } });
  store.chooseGreeting(1);
  receive({ type: "character", character: { name: "Bob", greeting: "X", otherGreetings: ["Y"] } });
  frame();
  assertEquals(store.greeting.value.greeting, "X");
  store.chooseGreeting(1);
  store.reset();
  assertEquals(store.greeting.value.greeting, "X");
  store.dispose();
});

Deno.test("ChatStore knows whom it talks with, as the server says", () => {
  const { store, frame, receive, open } = setUp();
  assertEquals(store.character.value, null);
  open({ character: { name: "Sora", greeting: "Hi" } });
  assertEquals(store.character.value, { name: "Sora", greeting: "Hi" });
  receive({ type: "character", character: { name: "Kit" } });
  frame();
  assertEquals(store.character.value, { name: "Kit" });
  receive({ type: "character" });
  frame();
  assertEquals(store.character.value, null);
});

Deno.test("ChatStore makes calls over its line, and tells the avatar of its own", async () => {
  const { environment, store, receive, open, sent } = setUp();
  const list = store.calls.call("conversations.list", {});
  open();
  const [call] = sent("call");
  assertEquals(call, { type: "call", id: call!.id, method: "conversations.list", params: {} });
  receive({ type: "result", id: call!.id, value: [] });
  assertEquals(await list, []);
  const config = { model: "mao", entry: "/model/mao.model3.json", timeScale: 6, llm: { backendWsUrl: "ws://h/ws" } };
  receive({ type: "avatar", config });
  assertEquals(appConfig.value, config);
  const renamed = store.calls.call("conversations.rename", { conversation: "c", title: "t" });
  environment.socket.drop();
  await assertRejects(() => renamed, CallError);
});

Deno.test("ChatStore asks a turn anew, and shows why it could not", async () => {
  const { store, receive, open, sent } = setUp();
  open({ history: [{ turn: "a", prompt: "Hi", text: "Hello", thinking: "", state: "done" }] });
  const edited = store.editTurn("a", "Hey");
  const again = store.regenerate("a");
  const [first, second] = sent("call");
  const { as, ...params } = first!.params as { as: string };
  assertEquals([first!.method, params], ["turn.edit", { turn: "a", text: "Hey" }]);
  assert((second!.params as { as: string }).as !== as);
  const refused = { type: "refused", code: "not_found", message: "There is no turn a" } as const;
  receive({ ...refused, id: first!.id }, { ...refused, id: second!.id });
  await assertRejects(() => edited, CallError, "There is no turn a");
  await again;
  assertEquals(store.notice.value, { code: "not_found", message: "There is no turn a" });
  assertEquals(store.turns.value.map(({ prompt }) => prompt), ["Hi"]);
});

Deno.test("ChatStore tells the server once for each language model that a prompt is being written", () => {
  const { store, receive, open, sent } = setUp();
  const told = () => sent("call").filter(({ method }) => method === "llm.preload").length;
  store.box.draft.value = "He";
  open({ status: { ...STATUS, reachable: false } });
  store.box.draft.value = "Hel";
  assertEquals(told(), 0, "there is nobody to be told");
  receive({ type: "status", ...STATUS });
  for (const text of ["", "H", "He", "", "W"]) store.box.draft.value = text;
  assertEquals(told(), 1);
  receive({ type: "status", ...STATUS, model: "mini" });
  store.box.draft.value = "Wh";
  assertEquals(told(), 2);
  store.dispose();
});
