import { assertEquals } from "@std/assert";
import { registryOf } from "./conversation_fixture.ts";
import { GuestSweep } from "./guest_sweep.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import { until } from "@/tests/until.ts";

const DAY = 24 * 60 * 60 * 1_000;
const DONE: TurnRecord = { turn: "t", prompt: "p", text: "x", thinking: "", state: "done", reason: "stop" };

Deno.test("GuestSweep deletes guests' conversations that are old, at first and from then on, but none that is in use", async () => {
  let now = 100 * DAY;
  const store = new MemoryStore(() => now);
  await store.save(new Map([["own", [DONE]]]));
  const ofGuest = (id: string) => store.save(new Map([[id, [{ ...DONE, askedBy: "guest:a" }]]]));
  for (let i = 0; i < 50; i++) await ofGuest(`old ${i}`);
  now += 20 * DAY;
  await ofGuest("newer");
  const left = async () => (await store.list(100)).map(({ id }) => id).toSorted();
  const deleted: string[] = [];
  const conversations = registryOf(store, { onDelete: (id) => void deleted.push(id) });
  await conversations.open("old 7", { role: "guest", id: "guest:a" }, () => {});
  const limits: { keepDays?: number } = {};
  using sweep = new GuestSweep({ conversations, keepDays: () => limits.keepDays, now: () => now, everyMs: 5 });
  await conversations.save();
  assertEquals((await left()).length, 52, "without a limit all are kept for ever");
  limits.keepDays = 10;
  await until("the old ones are deleted", async () => (await left()).length === 3);
  assertEquals([await left(), deleted.length], [["newer", "old 7", "own"], 49]);
  now += 11 * DAY;
  await until("a newer one is deleted later", async () => !(await left()).includes("newer"));
  sweep[Symbol.dispose]();
  await conversations.close();
});
