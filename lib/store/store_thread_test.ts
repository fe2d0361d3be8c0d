import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { StoreError } from "./store_error.ts";
import { StoreThread } from "./store_thread.ts";
import type { StoredTurn } from "./store.ts";

const TURN: StoredTurn = {
  turn: "t",
  prompt: "tea?",
  text: "Gladly\0 🍵",
  thinking: "",
  state: "done",
  reason: "stop",
};

Deno.test("StoreThread does what it is asked for, in that order", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "c.db");
  const store = await StoreThread.open(file);
  const growing: StoredTurn = { ...TURN, turn: "u", askedBy: "guest:a" };
  const shown: StoredTurn = { ...TURN, images: [{ id: "i", width: 1, height: 1 }] };
  void store.save(new Map([["c", new Set([shown])], ["d", new Set([growing])]]));
  // What is stored is what stood there when it was asked for.
  growing.text += " more";
  void store.enter("s", "c");
  void store.rename("d", "Hers");
  assertEquals((await store.read("c"))?.turns, [shown]);
  assertEquals((await store.read("d"))?.turns, [{ ...growing, text: TURN.text }]);
  assertEquals([await store.read("e"), await store.rename("e", "None")], [undefined, false]);
  assertEquals([await store.conversationOf("s"), await store.conversationOf("r")], ["c", undefined]);
  assertEquals((await store.list(10)).map(({ id, title }) => [id, title]).toSorted(), [["c", "tea?"], ["d", "Hers"]]);
  assertEquals((await store.list(10, "hers", "guest:a")).map(({ id }) => id), ["d"]);
  assertEquals(await store.imageUses("i"), [{ id: "i", sender: "owner", owner: "owner" }]);
  assertEquals(await store.guestsUnchangedSince(Date.now() + 1_000, 10), ["d"]);
  await store.truncate("d", "u");
  await store.delete("c");
  await store.forgetSessions({ unusedSince: 0, emptySince: 0 });
  assertEquals([await store.list(10), await store.conversationOf("s")], [[], undefined]);
  const epoch = await store.nextEpoch();
  await store.check();
  await store.close();
  const again = await StoreThread.open(file);
  assertEquals(await again.nextEpoch(), epoch + 1);
  await again.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("StoreThread holds nothing up while the disk is slow, and says that it is", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "c.db");
  const store = await StoreThread.open(file);
  const other = new DatabaseSync(file);
  // A writer waits for another one as it waits for a disk: for seconds.
  other.exec("BEGIN IMMEDIATE");
  let isSaved = false;
  const saved = store.save(new Map([["c", [TURN]]])).then(() => isSaved = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(!isSaved);
  await assertRejects(() => store.check(), StoreError, "in time");
  other.exec("COMMIT");
  await saved;
  await store.check();
  assertEquals((await store.read("c"))?.turns, [TURN]);
  other.close();
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("StoreThread tells why it cannot do what it is asked for", async () => {
  const folder = await Deno.makeTempDir();
  const nowhere = join(folder, "none", "c.db");
  await assertRejects(() => StoreThread.open(nowhere), StoreError, nowhere);
  const file = join(folder, "c.db");
  const store = await StoreThread.open(file);
  const other = new DatabaseSync(file);
  other.exec("DROP TABLE epoch");
  await assertRejects(() => store.nextEpoch(), StoreError, "epoch");
  assertEquals(await store.list(10), []);
  other.close();
  await store.close();
  await assertRejects(() => store.list(10), StoreError, "closed");
  await Deno.remove(folder, { recursive: true });
});
