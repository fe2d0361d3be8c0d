import { assertEquals } from "@std/assert";
import { ConversationRegistry, type ConversationRegistryOptions } from "./conversation_registry.ts";
import { FakeModel } from "./fake_model.ts";
import { MemoryStore, type Store } from "@/lib/store/store.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { until } from "@/tests/until.ts";

const DAY = 24 * 60 * 60 * 1_000;

function registryOf(store: Store, more: Partial<ConversationRegistryOptions> = {}): ConversationRegistry {
  return new ConversationRegistry({
    store,
    epoch: 1,
    conversation: {
      languageModel: new FakeModel(),
      queue: 1,
      request: () => ({ model: "m", messages: [] }),
      watch: () => () => {},
    },
    onStoring() {},
    ...more,
  });
}

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
  for (const turn of conversation.turns) registry.changed(conversation, turn);
  const saving = registry.save();
  await begun.promise;
  registry.truncate(conversation, "t2");
  failed.reject(new Error("the disk is full"));
  await saving;
  store.save = save;
  await registry.save();
  assertEquals((await store.read(conversation.id))?.turns.map(({ turn }) => turn), ["t1"]);
  await registry.close();
});

Deno.test("ConversationRegistry deletes guests' conversations that are old, when it starts and each day, but none that is in use", async () => {
  let now = 100 * DAY;
  const store = new MemoryStore(() => now);
  const asked = (askedBy?: string) => [{ ...DONE, ...(askedBy !== undefined && { askedBy }) }];
  await store.save(new Map([["own", asked()]]));
  for (let i = 0; i < 50; i++) await store.save(new Map([[`old ${i}`, asked("guest:a")]]));
  now += 20 * DAY;
  await store.save(new Map([["newer", asked("guest:a")]]));
  const left = async () => (await store.list(100)).map(({ id }) => id).toSorted();
  const deleted: string[] = [];
  const limits: { keepDays?: number } = {};
  const registry = registryOf(store, {
    now: () => now,
    forgetMs: 5,
    keepDays: () => limits.keepDays,
    onDelete: (id) => void deleted.push(id),
  });
  await registry.save();
  assertEquals((await left()).length, 52, "without a limit all are kept for ever");
  await registry.open("old 7", { role: "guest", id: "guest:a" }, () => {});
  limits.keepDays = 10;
  await until("the old ones are deleted", async () => (await left()).length === 3);
  assertEquals([await left(), deleted.length], [["newer", "old 7", "own"], 49]);
  now += 11 * DAY;
  await until("a newer one is deleted a day later", async () => !(await left()).includes("newer"));
  await registry.close();
});
