/** Calls about conversations: listed, opened, renamed, deleted and saved. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { enter, history, idOf, listed, talk } from "./conversation_calls_fixture.ts";
import { call, ChatServer, outcome } from "@/lib/server/sockets/chat_server_fixture.ts";
import { OWNER } from "@/lib/principal.ts";

Deno.test("conversations.list shows what was said a moment ago, and finds it", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  assertEquals(await listed(page), []);
  await talk(server, page, "t1", "Tell me of tea\nplease", "Чай из Японии");
  page.send({ type: "reset" });
  await talk(server, page, "t2", "Hello", "Hi");
  assertEquals(await listed(page), [["Hello", true], ["Tell me of tea", false]]);
  const found = await call(page, "conversations.list", { query: "чАЙ" });
  assertEquals(found.map(({ title, excerpt, turns }) => [title, excerpt, turns]), [
    ["Tell me of tea", "Чай из Японии", 1],
  ]);
  await page.close();
});

Deno.test("conversations.open takes every page of the session there, and it goes on there", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  const other = await enter(server, page.session);
  await talk(server, page, "t1", "first", "one");
  page.send({ type: "reset" });
  await talk(server, page, "t2", "second", "two");
  const [from, otherFrom] = [page.received.length, other.received.length];
  assertEquals(await call(page, "conversations.open", { conversation: await idOf(page, "first") }), null);
  for (const [client, start] of [[page, from], [other, otherFrom]] as const) {
    const welcome = await client.next("welcome", start);
    assertEquals([welcome.session, welcome.resumed, welcome.history.map(({ text }) => text)], [
      page.session,
      false,
      ["one"],
    ]);
  }
  await talk(server, other, "t3", "third", "three");
  assertEquals(await history(server, page), [["t1", "first", "one"], ["t3", "third", "three"]]);
  assertEquals(await listed(page), [["first", true], ["second", false]]);
  await Promise.all([page.close(), other.close()]);
});

Deno.test("two sessions in one conversation see the same, and none of their words is lost", async () => {
  await using server = new ChatServer();
  const [one, two] = [await enter(server), await enter(server)];
  await talk(server, one, "t1", "first", "one");
  await talk(server, two, "x", "elsewhere", "there");
  const conversation = await idOf(one, "first");
  await call(two, "conversations.open", { conversation });
  const from = one.received.length;
  await talk(server, two, "t2", "second", "two");
  assertEquals((await one.next("queued", from)).text, "second");
  await one.next("end", from);
  await talk(server, one, "t3", "third", "three");
  const all: [string, string, string][] = [["t1", "first", "one"], ["t2", "second", "two"], ["t3", "third", "three"]];
  assertEquals([await history(server, one), await history(server, two)], [all, all]);
  // One of them leaves; the other's answer goes on.
  const index = server.model.answers.length;
  two.send({ type: "prompt", turn: "t4", text: "fourth" });
  const answer = await server.model.answer(index);
  const before = one.received.length;
  one.send({ type: "reset" });
  assertEquals((await one.next("welcome", before)).history, []);
  assertEquals(answer.signal.aborted, false);
  const last = two.received.length;
  answer.say("four");
  answer.end();
  await two.next("end", last);
  assertEquals(await history(server, one), []);
  assertEquals((await history(server, two)).length, 4);
  await Promise.all([one.close(), two.close()]);
});

Deno.test("an answer goes on in a conversation that was left for another, and is there on return", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "first", "one");
  page.send({ type: "reset" });
  page.send({ type: "prompt", turn: "t2", text: "second" });
  const answer = await server.model.answer(1);
  await call(page, "conversations.open", { conversation: await idOf(page, "first") });
  const from = page.received.length;
  answer.say("two");
  answer.end();
  await talk(server, page, "t3", "third", "three");
  assertEquals(page.received.slice(from).some((frame) => "turn" in frame && frame.turn === "t2"), false);
  await call(page, "conversations.open", { conversation: await idOf(page, "second") });
  assertEquals(await history(server, page), [["t2", "second", "two"]]);
  await page.close();
});

Deno.test("what was about to be told of a conversation is not told after it has been left", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "first", "one");
  page.send({ type: "reset" });
  await talk(server, page, "t2", "second", "two");
  const conversation = await idOf(page, "first");
  const session = await server.chat.sessions.open(OWNER, page.session);
  const from = page.received.length;
  // After a silence the first is told at once. The other one waits until that is done.
  session.conversation.prompt("late", "third");
  session.conversation.prompt("later", "fourth");
  await server.chat.sessions.openConversation(session, conversation);
  await call(page, "context.use", {});
  const types = page.received.slice(from).map(({ type }) => type);
  assertEquals(types.slice(types.indexOf("welcome")), ["welcome", "result"]);
  await page.close();
});

Deno.test("whoever lost the line when the session moved is told all of the other conversation", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "first", "one");
  page.send({ type: "reset" });
  await talk(server, page, "t2", "second", "two");
  const { seq: after } = await page.next("end", page.received.findLastIndex(({ type }) => type === "welcome"));
  const other = await enter(server, page.session);
  await page.close();
  await call(other, "conversations.open", { conversation: await idOf(other, "first") });
  const back = await server.v2();
  back.send({ type: "hello", session: page.session, after });
  const welcome = await back.next("welcome");
  assertEquals([welcome.resumed, welcome.history.map(({ text }) => text)], [false, ["one"]]);
  assert(welcome.seq > after, "numbers must go on growing within a session");
  const again = await server.v2();
  again.send({ type: "hello", session: page.session, after: welcome.seq });
  assertEquals((await again.next("welcome")).resumed, true);
  await Promise.all([other.close(), back.close(), again.close()]);
});

Deno.test("conversations.rename keeps the name, in one line", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "first", "one");
  await call(page, "conversations.rename", { conversation: await idOf(page, "first"), title: " Чай\n と お茶 " });
  await talk(server, page, "t2", "second", "two");
  assertEquals(await listed(page, "чай"), [["Чай と お茶", true]]);
  await page.close();
});

Deno.test("conversations.delete takes it from everywhere; whoever is in it begins anew", async () => {
  await using server = new ChatServer();
  const [one, two] = [await enter(server), await enter(server)];
  await talk(server, one, "t1", "first", "one");
  const conversation = await idOf(one, "first");
  await call(two, "conversations.open", { conversation });
  one.send({ type: "prompt", turn: "t2", text: "still running" });
  const answer = await server.model.answer(1);
  const [heardOne, heardTwo] = [one.received.length, two.received.length];
  await call(two, "conversations.delete", { conversation });
  assertEquals(answer.signal.aborted, true);
  assertEquals((await one.next("welcome", heardOne)).history, []);
  assertEquals((await two.next("welcome", heardTwo)).history, []);
  assertEquals([await listed(one), await server.store.read(conversation)], [[], undefined]);
  await talk(server, one, "n1", "mine", "a");
  await talk(server, two, "n2", "yours", "b");
  assertEquals((await listed(one)).toSorted(), [["mine", true], ["yours", false]]);
  await Promise.all([one.close(), two.close()]);
});

Deno.test("conversations.export gives a file's name and text, with what was said a moment ago", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "お茶?", "はい。");
  const conversation = await idOf(page, "お茶?");
  const markdown = await call(page, "conversations.export", { conversation, format: "markdown" });
  assertEquals(markdown.name, "お茶.md");
  assertStringIncludes(markdown.text, "> お茶?\n\nはい。\n");
  const times = await Promise.all(["Asia/Tokyo", "America/Lima"].map(async (timeZone) => {
    const { text } = await call(page, "conversations.export", { conversation, format: "markdown", timeZone });
    return Date.parse(/\*(.+)\*/.exec(text)?.[1] + "Z");
  }));
  assertEquals(times[0]! - times[1]!, 14 * 3_600_000, "W13");
  const json = await call(page, "conversations.export", { conversation, format: "json" });
  assertEquals([json.name, JSON.parse(json.text).turns[0].text], ["お茶.json", "はい。"]);
  await page.close();
});

Deno.test("calls that cannot be done are refused, and change nothing", async () => {
  await using server = new ChatServer({ promptChars: 10 });
  const page = await enter(server);
  await talk(server, page, "t1", "one", "answer");
  await talk(server, page, "t2", "two", "answer");
  const conversation = await idOf(page, "one");
  const none = { conversation: "none" };
  const cases: [string, unknown, string, string][] = [
    ["conversations.open", none, "not_found", "no such conversation"],
    ["conversations.rename", { ...none, title: "x" }, "not_found", "no such conversation"],
    ["conversations.delete", none, "not_found", "no such conversation"],
    ["conversations.export", { ...none, format: "json" }, "not_found", "no such conversation"],
    [
      "conversations.export",
      { conversation, format: "pdf" },
      "bad_value",
      'params.format: must be "markdown" or "json"',
    ],
    ["conversations.export", { conversation, format: "markdown", timeZone: "Moon" }, "bad_value", "params.timeZone"],
    ["conversations.rename", { conversation, title: " \n" }, "bad_value", "params.title"],
    ["conversations.rename", { conversation, title: "x".repeat(201) }, "bad_value", "params.title"],
    ["conversations.list", { query: 7 }, "bad_value", "params.query"],
    ["turn.edit", { turn: "t9", text: "x", as: "t3" }, "not_found", "t9"],
    ["turn.edit", { turn: "t2", text: "x", as: "t1" }, "bad_value", "t1"],
    ["turn.edit", { turn: "t2", text: "x", as: "t2" }, "bad_value", "t2"],
    ["turn.edit", { turn: "t2", text: "x", as: "" }, "bad_value", "params.as"],
    ["turn.edit", { turn: "t2", text: " ", as: "t3" }, "empty_prompt", "write something"],
    ["turn.edit", { turn: "t2", text: "x".repeat(11), as: "t3" }, "too_long", "at most 10"],
    ["turn.regenerate", { turn: "t2" }, "bad_value", "params.as"],
    ["toString", {}, "bad_frame", "no method toString"],
  ];
  for (const [method, params, code, words] of cases) {
    const answer = await outcome(page, method, params);
    assertEquals([method, answer.type === "refused" && answer.code], [method, code]);
    assertStringIncludes(answer.type === "refused" ? answer.message : "", words);
  }
  assertEquals((await history(server, page)).map(([turn]) => turn), ["t1", "t2"]);
  await page.close();
});

Deno.test("a call runs until its socket closes", async () => {
  await using server = new ChatServer();
  const gone = Promise.withResolvers<void>();
  server.chat.calls.register({
    "llm.pull": (_, { signal, progress }) => {
      progress({ status: "begun" });
      signal.addEventListener("abort", () => gone.resolve());
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const page = await enter(server);
  page.send({ type: "call", id: "1", method: "llm.pull", params: { model: "m" } });
  assertEquals(await page.next("progress"), { type: "progress", id: "1", value: { status: "begun" } });
  page.send({ type: "cancel", id: "1" });
  assertEquals((await page.next("refused")).code, "cancelled");
  page.send({ type: "call", id: "2", method: "llm.pull", params: { model: "m" } });
  await page.next("progress", page.received.length);
  await page.close();
  await gone.promise;
});

Deno.test("a call before hello sends the client away", async () => {
  await using server = new ChatServer();
  const client = await server.v2();
  client.send({ type: "call", id: "1", method: "context.use", params: {} });
  assertEquals((await client.closed()).code, 4400);
  await assertRejects(() => call(client, "context.use", {}));
});
