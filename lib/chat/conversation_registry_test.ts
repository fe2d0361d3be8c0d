import { assertEquals } from "@std/assert";
import type { Conversation } from "./conversation.ts";
import { registryOf } from "./conversation_fixture.ts";
import { MemoryStore, type Store } from "@/lib/store/store.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

const DAY = 24 * 60 * 60 * 1_000;

const DONE: TurnRecord = { turn: "t", prompt: "p", text: "x", thinking: "", state: "done", reason: "stop" };

/** Sessions of a store that is not older than the sessions themselves, at `now()`. */
async function storeWith(now: () => number): Promise<Store> {
  const store = new MemoryStore(now);
  await store.save(new Map([["c", [DONE]]]));
  await store.enter("talks", "c");
  await store.enter("says nothing", "gone");
  return store;
}

Deno.test("ConversationRegistry forgets sessions that were not used for long when it starts, and while it runs", async () => {
  let now = 100 * DAY;
  const store = await storeWith(() => now);
  const kept = async () =>
    [await store.conversationOf("talks"), await store.conversationOf("says nothing")].map((one) => one !== undefined);
  const registry = registryOf(store, { now: () => now, forgetMs: 5 });
  assertEquals(await kept(), [true, true]);
  now += 2 * DAY;
  while ((await kept())[1]) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(await kept(), [true, false]);
  await registry.close();
  await store.enter("after the end", "gone");
  now += 2 * DAY;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await store.conversationOf("after the end"), "gone");
  const later = await storeWith(() => now);
  now += 31 * DAY;
  const second = registryOf(later, { now: () => now });
  await second.save();
  assertEquals([await later.conversationOf("talks"), (await later.list(1)).length], [undefined, 1]);
  await second.close();
});

Deno.test("ConversationRegistry keeps a session that is come back to", async () => {
  let now = 100 * DAY;
  const store = await storeWith(() => now);
  now += 29 * DAY;
  const first = registryOf(store, { now: () => now });
  await first.findBySession("talks", OWNER, () => {});
  await first.save();
  now += 29 * DAY;
  const second = registryOf(store, { now: () => now });
  assertEquals(await store.conversationOf("talks"), "c");
  await Promise.all([first.close(), second.close()]);
});

Deno.test("ConversationRegistry does not bring back what was taken out while storing it failed", async () => {
  const store = new MemoryStore();
  const registry = registryOf(store);
  const conversation = registry.create(OWNER);
  for (const turn of ["t1", "t2"]) conversation.prompt(turn, "hi");
  const { save } = store;
  const failed = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  store.save = () => {
    begun.resolve();
    return failed.promise;
  };
  for (const turn of conversation.turns) registry.changed(conversation.id, turn);
  const saving = registry.save();
  await begun.promise;
  (conversation as Conversation).truncate("t2");
  failed.reject(new Error("the disk is full"));
  await saving;
  store.save = save;
  await registry.save();
  assertEquals((await store.read(conversation.id))?.turns.map(({ turn }) => turn), ["t1"]);
  await registry.close();
});
