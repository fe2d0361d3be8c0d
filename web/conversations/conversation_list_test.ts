import type { CallFrame } from "@/lib/protocol/v2.ts";
import { assertEquals } from "@std/assert";
import { CallClient } from "@/web/connection/call_client.ts";
import { ConversationList } from "./conversation_list.ts";
import { FakeEnvironment } from "@/web/connection/fake_environment.ts";

const TEA = { id: "t", title: "Tea", updated: 1, turns: 2 };
const CATS = { id: "c", title: "Cats", updated: 2, turns: 1 };

function setUp() {
  const environment = new FakeEnvironment();
  const sent: CallFrame[] = [];
  const calls = new CallClient((frame) => sent.push(frame) > 0);
  calls.connected();
  const list = new ConversationList({ calls, schedule: (callback, ms) => environment.schedule(callback, ms) });
  /** Answers the call that was made last. */
  function answer(value: unknown): Promise<void> {
    calls.receive({ type: "result", id: sent.findLast(({ type }) => type === "call")!.id, value });
    return settled();
  }
  function asked(): [method: string, params: unknown][] {
    return sent.flatMap((frame) => frame.type === "call" ? [[frame.method, frame.params]] : []);
  }
  return { environment, sent, calls, list, answer, asked };
}

/** Lets every promise that can go on do so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("ConversationList shows the conversations, and those that are looked for", async () => {
  const { environment, list, answer, asked } = setUp();
  void list.load();
  assertEquals(list.items.value, null);
  await answer([CATS, TEA]);
  assertEquals(list.items.value, [CATS, TEA]);
  for (const query of ["t", "te", "tea "]) list.search(query);
  assertEquals([list.query.value, list.itemsQuery.value], ["tea ", ""]);
  environment.advance(1_000);
  await answer([TEA]);
  assertEquals([list.items.value, list.itemsQuery.value], [[TEA], "tea"]);
  assertEquals(asked(), [["conversations.list", {}], ["conversations.list", { query: "tea" }]]);
});

Deno.test("ConversationList shows only the newest answer", async () => {
  const { sent, calls, list, answer } = setUp();
  void list.load();
  const first = sent[0]!.id;
  void list.load();
  assertEquals(sent[1], { type: "cancel", id: first });
  await answer([TEA]);
  calls.receive({ type: "result", id: first, value: [CATS] });
  await settled();
  assertEquals([list.items.value, list.error.value], [[TEA], null]);
});

Deno.test("ConversationList renames and deletes, and shows what came of it", async () => {
  const { list, answer, asked } = setUp();
  const renamed = list.rename("t", "Green tea");
  await answer(null);
  await answer([{ ...TEA, title: "Green tea" }]);
  assertEquals([await renamed, list.items.value?.[0]?.title], [true, "Green tea"]);
  const deleted = list.delete("t");
  await answer(null);
  await answer([]);
  assertEquals([await deleted, list.items.value], [true, []]);
  assertEquals(asked().map(([method]) => method), [
    "conversations.rename",
    "conversations.list",
    "conversations.delete",
    "conversations.list",
  ]);
});

Deno.test("ConversationList says why something was not done", async () => {
  const { calls, sent, list } = setUp();
  const opened = list.open("gone");
  calls.receive({ type: "refused", id: sent[0]!.id, code: "not_found", message: "There is no such conversation" });
  assertEquals(await opened, false);
  assertEquals(list.error.value, { code: "not_found", message: "There is no such conversation" });
});
