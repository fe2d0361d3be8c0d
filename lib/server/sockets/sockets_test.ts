import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChatServer } from "./chat_server_fixture.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { OWNER } from "@/lib/principal.ts";
import { type ServerFrame, SUBPROTOCOL, type TurnRecord } from "@/lib/protocol/v2.ts";

function text(frames: ServerFrame[]): string {
  return frames.map((frame) => frame.type === "chunk" ? frame.data : "").join("");
}

Deno.test("plain: one start, a chunk a piece, one end; objects and raw text; thinking stays out", async () => {
  await using server = new ChatServer();
  const client = await server.plain();
  assertEquals(client.protocol, "");
  client.send({ prompt: "first" });
  client.send("second");
  const first = await server.model.answer(0);
  first.think("hm");
  first.say("a");
  first.say("b");
  first.end();
  (await server.model.answer(1)).end();
  await client.next("end", 5);
  assertEquals(client.received, [
    { type: "start" },
    { type: "chunk", data: "a" },
    { type: "chunk", data: "b" },
    { type: "end" },
    { type: "start" },
    { type: "end" },
  ]);
  const asked = server.model.answers.map(({ request }) => request);
  assertEquals(asked.map(({ model, messages }) => [model, messages]), [
    ["m", [{ role: "user", content: "first" }]],
    ["m", [{ role: "user", content: "second" }]],
  ]);
  assertEquals(asked[0]!.user, asked[1]!.user);
  await client.close();
});

Deno.test("plain: a failure is one error, and the socket lives", async () => {
  await using server = new ChatServer();
  const client = await server.plain();
  client.send("x");
  (await server.model.answer(0)).fail(new LlmError("llm_failed", "It broke", { hint: "Mend it" }));
  await client.next("error");
  assertEquals(client.received, [{ type: "start" }, { type: "error", message: "It broke: Mend it" }]);
  client.send("y");
  (await server.model.answer(1)).end();
  await client.next("end");
  await client.close();
});

Deno.test("plain: what cannot be answered gets an error at once, and the socket lives", async () => {
  await using server = new ChatServer({ queue: 1, promptChars: 10, frameBytes: 256 });
  const client = await server.plain();
  const cases: [string | Uint8Array, string][] = [
    ["", "empty"],
    ["{", "JSON"],
    ['{"prompt":1}', "must be a string"],
    [new Uint8Array([1, 2]), "binary"],
    ["x".repeat(11), "at most 10"],
    ["語".repeat(100), "300 bytes"],
  ];
  for (const [i, [frame, words]] of cases.entries()) {
    client.send(frame);
    assertStringIncludes((await client.next("error", i)).message, words);
  }
  client.send("1");
  await client.next("start");
  client.send("2");
  client.send("3");
  assertStringIncludes((await client.next("error", cases.length)).message, "waiting");
  await client.close();
});

Deno.test("plain: a client that leaves ends the generation", async () => {
  await using server = new ChatServer();
  const client = await server.plain();
  client.send("x");
  const answer = await server.model.answer(0);
  const gone = new Promise((resolve) => answer.signal.addEventListener("abort", resolve));
  await client.close();
  await gone;
});

Deno.test("a plain GET of the socket's path is refused with what to do", async () => {
  await using server = new ChatServer();
  const response = await fetch(`http://${server.address}`);
  assertEquals(response.status, 426);
  assertStringIncludes(await response.text(), "ws://");
});

/** A page that has asked something, and the answer that it waits for. */
async function asking(server: ChatServer) {
  const client = await server.v2();
  client.send({ type: "hello" });
  const { session } = await client.next("welcome");
  client.send({ type: "prompt", turn: "t", text: "hi" });
  return { client, session, answer: await server.model.answer(0) };
}

Deno.test("v2: a turn from hello to end", async () => {
  await using server = new ChatServer();
  const client = await server.v2();
  assertEquals(client.protocol, SUBPROTOCOL);
  client.send({ type: "hello" });
  const { seq, ...welcome } = await client.next("welcome");
  assertEquals([welcome.resumed, welcome.history], [false, []]);
  client.send({ type: "prompt", turn: "t", text: "hi" });
  const answer = await server.model.answer(0);
  for (const word of ["one ", "two ", "three"]) answer.say(word);
  answer.end("length");
  const end = await client.next("end");
  assertEquals(end.reason, "length");
  assertEquals(text(client.received), "one two three");
  assertEquals(client.received.map(({ type }) => type).filter((type) => type !== "chunk"), [
    "welcome",
    "queued",
    "start",
    "end",
  ]);
  const numbers = client.received.flatMap((frame) => "seq" in frame ? [frame.seq!] : []);
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  assertEquals(new Set(numbers).size, numbers.length);
  assertEquals(numbers[0], seq);
  await client.close();
});

Deno.test("v2: whoever comes back with `after` gets every missed frame and no other", async () => {
  await using server = new ChatServer();
  const { client: first, session, answer } = await asking(server);
  answer.say("seen ");
  const { seq: after } = await first.next("chunk");
  await first.close();
  answer.say("missed ");
  const second = await server.v2();
  second.send({ type: "hello", session, after });
  assertEquals((await second.next("welcome")).resumed, true);
  await second.next("chunk");
  answer.say("live");
  answer.end();
  await second.next("end");
  assertEquals(text(second.received), "missed live");
  await second.close();
});

Deno.test("v2: a reload in mid-answer gets the text so far and then the rest", async () => {
  await using server = new ChatServer();
  const { client: first, session, answer } = await asking(server);
  answer.say("so far, ");
  await first.next("chunk");
  await first.close();
  const second = await server.v2();
  second.send({ type: "hello", session });
  const { history, resumed } = await second.next("welcome");
  assertEquals([resumed, history[0]!.text, history[0]!.state], [false, "so far, ", "streaming"]);
  answer.say("so good");
  answer.end();
  await second.next("end");
  assertEquals(text(second.received), "so good");
  await second.close();
});

Deno.test("v2: two tabs see the same, and a reset empties both", async () => {
  await using server = new ChatServer();
  const [one, two] = await Promise.all([server.v2(), server.v2()]);
  one.send({ type: "hello" });
  const { session } = await one.next("welcome");
  two.send({ type: "hello", session });
  await two.next("welcome");
  one.send({ type: "prompt", turn: "t", text: "hi" });
  (await server.model.answer(0)).say("both");
  assertEquals([(await one.next("chunk")).data, (await two.next("chunk")).data], ["both", "both"]);
  assertEquals((await two.next("queued")).text, "hi");
  const [from1, from2] = [one.received.length, two.received.length];
  two.send({ type: "reset" });
  for (const [client, from] of [[one, from1], [two, from2]] as const) {
    assertEquals((await client.next("welcome", from)).history, []);
  }
  await Promise.all([one.close(), two.close()]);
});

Deno.test("v2: stop ends the turn and keeps its text", async () => {
  await using server = new ChatServer();
  const { client, session, answer } = await asking(server);
  answer.say("partly");
  await client.next("chunk");
  client.send({ type: "stop", turn: "t", heard: 3 });
  assertEquals((await client.next("end")).reason, "cancelled");
  assertEquals(answer.signal.aborted, true);
  await client.close();
  const again = await server.v2();
  again.send({ type: "hello", session });
  const expected: TurnRecord = {
    turn: "t",
    prompt: "hi",
    text: "partly",
    thinking: "",
    state: "done",
    reason: "cancelled",
    provider: "demo",
    model: "m",
    heard: 3,
  };
  assertEquals((await again.next("welcome")).history, [expected]);
  await again.close();
});

Deno.test("v2: a frame that cannot be taken gets an error that names its turn, and the socket lives", async () => {
  await using server = new ChatServer({ promptChars: 10 });
  const client = await server.v2();
  client.send({ type: "hello" });
  await client.next("welcome");
  const cases: [unknown, string, string?][] = [
    ["{", "bad_frame"],
    [new Uint8Array(3), "bad_frame"],
    [{ type: "prompt", turn: "t" }, "bad_frame", "t"],
    [{ type: "prompt", turn: "t", text: " \n" }, "empty_prompt", "t"],
    [{ type: "prompt", turn: "t", text: "x".repeat(11) }, "too_long", "t"],
    [{ type: "hello" }, "bad_frame"],
  ];
  for (const [i, [frame, code, turn]] of cases.entries()) {
    client.send(frame);
    const error = await client.next("error", i + 1);
    assertEquals([error.code, error.turn], [code, turn]);
  }
  await client.close();
});

Deno.test("v2: a client that does not greet is sent away", async () => {
  await using server = new ChatServer();
  const client = await server.v2();
  client.send({ type: "prompt", turn: "t", text: "hi" });
  assertEquals((await client.closed()).code, 4400);
});

Deno.test("Chat.close() closes sockets with 1001 and leaves nothing unsaved", async () => {
  const server = new ChatServer();
  const { client, session, answer } = await asking(server);
  answer.say("half");
  await client.next("chunk");
  const kept: { turns: TurnRecord[] }[] = [];
  server.store.close = async () => {
    kept.push((await server.store.read((await server.store.conversationOf(session))!))!);
  };
  await server[Symbol.asyncDispose]();
  assertEquals((await client.closed()).code, 1001);
  assertEquals(kept[0]!.turns.map(({ text, error }) => [text, error?.code]), [["half", "interrupted"]]);
});

Deno.test("SessionRegistry stores nothing of a session in which nothing was said", async () => {
  await using server = new ChatServer();
  const client = await server.v2();
  client.send({ type: "hello" });
  const { session } = await client.next("welcome");
  client.send({ type: "reset" });
  await client.next("welcome", client.received.length);
  await server.chat.conversations.save();
  assertEquals(await server.store.conversationOf(session), undefined);
  client.send({ type: "prompt", turn: "t", text: "hi" });
  await client.next("queued");
  await server.chat.conversations.save();
  assert(await server.store.conversationOf(session) !== undefined);
  await client.close();
});

Deno.test("Connections tell pages when nothing can be stored, loses nothing of it, and stores it later", async () => {
  await using server = new ChatServer();
  const client = await server.v2();
  client.send({ type: "hello" });
  const { session } = await client.next("welcome");
  const { save } = server.store;
  server.store.save = () => {
    throw new Error("database or disk is full");
  };
  client.send({ type: "prompt", turn: "t", text: "hi" });
  const answer = await server.model.answer(0);
  answer.say("still here");
  await server.chat.conversations.save();
  const { code, message, turn } = await client.next("error");
  assertEquals([code, message, turn], [
    "not_stored",
    "Cannot store the conversations: database or disk is full",
    undefined,
  ]);
  answer.end();
  await client.next("end");
  const { id: conversation } = (await server.chat.sessions.open(OWNER, session)).conversation;
  client.send({ type: "reset" });
  await client.next("welcome", client.received.length);
  await server.chat.conversations.open(conversation, OWNER, ({ turns }) => {
    assertEquals(turns.map(({ text }) => text), ["still here"]);
  });
  server.store.save = save;
  await server.chat.conversations.save();
  const kept = (await server.store.read(conversation))!;
  assertEquals(kept.turns.map(({ text, state }) => [text, state]), [["still here", "done"]]);
  await client.close();
});

Deno.test("SessionRegistry brings a session back from the store, an unfinished turn marked as interrupted", async () => {
  await using server = new ChatServer();
  await server.store.enter("old", "c");
  await server.store.save(
    new Map([["c", [{ turn: "t", prompt: "hi", text: "ha", thinking: "", state: "streaming" }]]]),
  );
  const client = await server.v2();
  client.send({ type: "hello", session: "old", after: 17 });
  const { session, resumed, history } = await client.next("welcome");
  assertEquals([session, resumed], ["old", false]);
  assertEquals(history.map(({ text, state, error }) => [text, state, error?.code]), [["ha", "failed", "interrupted"]]);
  await client.close();
});
