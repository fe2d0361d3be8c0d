import { assertEquals } from "@std/assert";
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

/** Longer than whatever is waited for to be joined. */
function silence(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
