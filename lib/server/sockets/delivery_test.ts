import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { Delivery } from "./delivery.ts";
import { conversationWith } from "@/lib/chat/conversation_fixture.ts";
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { until } from "@/tests/until.ts";

Deno.test("Delivery sends what comes after a silence at once, and joins what comes right behind it", async () => {
  const sent: { type: string; data?: string }[] = [];
  const socket = { readyState: WebSocket.OPEN, bufferedAmount: 0, send: (text: string) => sent.push(JSON.parse(text)) };
  const model = new FakeModel();
  const conversation = conversationWith({ languageModel: model });
  const delivery = new Delivery(socket as unknown as WebSocket, { conversation, position: 0, welcome() {} });
  await silence();
  conversation.prompt("t", "Hi");
  assertEquals(sent.map(({ type }) => type), ["queued"]);
  const answer = await model.answer(0);
  await until("the answer has begun", () => sent.some(({ type }) => type === "start"));
  await silence();
  for (const text of ["a", "b", "c"]) answer.say(text);
  await until("all of it was sent", () => sent.map(({ data = "" }) => data).join("") === "abc");
  assertEquals(sent.flatMap(({ data }) => data ?? []), ["a", "bc"]);
  delivery.dispose();
  conversation.cancel();
  await conversation.settled();
});

Deno.test("Delivery joins what comes while many others are served", async () => {
  const frames: string[] = [];
  const socket = { readyState: WebSocket.OPEN, bufferedAmount: 0, send: (text: string) => frames.push(text) };
  const model = new FakeModel();
  const conversations = Array.from({ length: 100 }, () => conversationWith({ languageModel: model }));
  const deliveries = conversations.map((conversation) =>
    new Delivery(socket as unknown as WebSocket, { conversation, position: 0, welcome() {} })
  );
  for (const conversation of conversations) conversation.prompt("t", "Hi");
  const answers = await Promise.all(conversations.map((_, index) => model.answer(index)));
  const chunks = () => frames.map((text) => JSON.parse(text) as { data?: string }).flatMap(({ data }) => data ?? []);
  const began = performance.now();
  for (const text of "abcdefghijklmnopqrst") {
    for (const answer of answers) answer.say(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until("all of it was sent", () => chunks().join("").length === 20 * answers.length);
  // A pass over so many is followed by 10 ms, so that a slow machine has more of them.
  const passes = (performance.now() - began) / 8 + 3;
  assert(chunks().length <= passes * answers.length, `Of ${answers.length} answers came ${chunks().length} frames`);
  for (const delivery of deliveries) delivery.dispose();
  for (const conversation of conversations) conversation.cancel();
  await Promise.all(conversations.map((conversation) => conversation.settled()));
});

/** Longer than whatever is waited for to be joined. */
function silence(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
