/** Turns that are edited or asked anew, and how much of them the model is told. */
import { assert, assertEquals } from "@std/assert";
import { enter, history, idOf, talk } from "./conversation_calls_fixture.ts";
import { call, ChatServer } from "@/lib/server/sockets/chat_server_fixture.ts";

Deno.test("turn.edit drops the turn and what came after, and asks anew; asking it twice is asking once", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  for (const [turn, prompt] of [["t1", "one"], ["t2", "two"], ["t3", "three"]] as const) {
    await talk(server, page, turn, prompt, "answer");
  }
  const from = page.received.length;
  const edit = { turn: "t2", text: "other", as: "t4" };
  await call(page, "turn.edit", edit);
  assertEquals((await page.next("welcome", from)).history.map(({ turn }) => turn), ["t1"]);
  assertEquals((await page.next("queued", from)).turn, "t4");
  await call(page, "turn.edit", edit);
  const answer = await server.model.answer(3);
  answer.say("new");
  answer.end();
  await page.next("end", from);
  assertEquals(server.model.answers.length, 4);
  assertEquals(await history(server, page), [["t1", "one", "answer"], ["t4", "other", "new"]]);
  const conversation = await idOf(page, "one");
  assertEquals((await server.store.read(conversation))!.turns.map(({ turn }) => turn), ["t1", "t4"]);
  await page.close();
});

Deno.test("turn.edit of the turn that is being answered ends it, and its words stay away", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  page.send({ type: "prompt", turn: "t1", text: "one" });
  const old = await server.model.answer(0);
  old.say("half");
  await page.next("chunk");
  await call(page, "turn.edit", { turn: "t1", text: "other", as: "t2" });
  assertEquals(old.signal.aborted, true);
  const from = page.received.length;
  const answer = await server.model.answer(1);
  answer.say("whole");
  answer.end();
  await page.next("end", from);
  assertEquals(await history(server, page), [["t2", "other", "whole"]]);
  assertEquals((await server.store.read(await idOf(page, "other")))!.turns.length, 1);
  await page.close();
});

Deno.test("turn.regenerate asks the same again", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  await talk(server, page, "t1", "one", "first try");
  await call(page, "turn.regenerate", { turn: "t1", as: "t2" });
  const from = page.received.findLastIndex(({ type }) => type === "welcome");
  const answer = await server.model.answer(1);
  assertEquals(answer.request.messages.at(-1)!.content, "one");
  answer.say("second try");
  answer.end();
  await page.next("end", from);
  assertEquals(await history(server, page), [["t2", "one", "second try"]]);
  await page.close();
});

Deno.test("context.use grows with the conversation", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  const empty = await call(page, "context.use", {});
  await talk(server, page, "t1", "one", "答え".repeat(50));
  const { used, budget, ...turns } = await call(page, "context.use", {});
  assertEquals(turns, { exact: false, turnsTold: 1, turns: 1 });
  assert(used > empty.used + 100 && used < budget);
  await page.close();
});

Deno.test("context.use tells what the model's server counted, until something else is said", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  page.send({ type: "prompt", turn: "t1", text: "word ".repeat(40) });
  const answer = await server.model.answer(0);
  answer.say("word ".repeat(40));
  answer.end("stop", { promptTokens: 50, outputTokens: 41 });
  await page.next("end");
  const { used, exact } = await call(page, "context.use", {});
  assertEquals([used, exact], [91, true]);
  await talk(server, page, "t2", "two", "answer");
  assertEquals((await call(page, "context.use", {})).exact, false);
  await page.close();
});

Deno.test("context.use does not take thoughts, which are not told again, for a part of the context", async () => {
  await using server = new ChatServer();
  const page = await enter(server);
  page.send({ type: "prompt", turn: "t1", text: "word ".repeat(40) });
  const answer = await server.model.answer(0);
  answer.think("hm ".repeat(40));
  answer.say("word ".repeat(40));
  answer.end("stop", { promptTokens: 50, outputTokens: 81 });
  await page.next("end");
  assertEquals((await call(page, "context.use", {})).exact, false);
  await page.close();
});
