import { assertEquals } from "@std/assert";
import { ConversationSaver } from "./conversation_saver.ts";
import { until } from "@/tests/until.ts";
import type { Store, StoredTurn } from "@/lib/store/store.ts";

Deno.test("whoever shares a conversation is told that it is stored once it is, as it was when that began", async () => {
  const turn: StoredTurn = { turn: "t", prompt: "hi", text: "", thinking: "", state: "streaming" };
  const saves: PromiseWithResolvers<void>[] = [];
  const store: Pick<Store, "save" | "close"> = {
    save() {
      const save = Promise.withResolvers<void>();
      saves.push(save);
      return save.promise;
    },
    close: () => Promise.resolve(),
  };
  const told: string[] = [];
  const saver = new ConversationSaver({
    store: store as Store,
    turns: () => [turn],
    mayStore: () => true,
    storing(id) {
      const { text } = turn;
      told.push(`${id} begins with "${text}"`);
      return () => told.push(`${id} has "${text}"`);
    },
    onStoring() {},
  });
  turn.text = "a";
  saver.changed("c", turn);
  const failed = saver.save();
  await until("it is being stored", () => saves.length === 1);
  turn.text = "ab";
  saver.changed("c", turn);
  saves[0]!.reject(new Error("The disk is full"));
  await failed;
  assertEquals(told, [`c begins with "a"`], "what has failed is not stored");
  const stored = saver.close();
  await until("it is being stored again", () => saves.length === 2);
  turn.text = "abc";
  saves[1]!.resolve();
  await stored;
  assertEquals(told.slice(1), [`c begins with "ab"`, `c has "ab"`]);
});

Deno.test("a store that does not answer is told of as one that fails, until it has", async () => {
  const turn: StoredTurn = { turn: "t", prompt: "hi", text: "a", thinking: "", state: "done" };
  const save = Promise.withResolvers<void>();
  const store: Pick<Store, "save" | "close"> = { save: () => save.promise, close: () => Promise.resolve() };
  const told: string[] = [];
  const saver = new ConversationSaver({
    store: store as Store,
    turns: () => [turn],
    mayStore: () => true,
    onStoring: (failure) => told.push(failure?.message ?? "all is stored"),
    slowMs: 20,
  });
  saver.changed("c", turn);
  const saved = saver.save();
  await until("it is told", () => told.length > 0);
  assertEquals(told, ["The store has not answered for 0.02 s"]);
  save.resolve();
  await saved;
  assertEquals(told.slice(1), ["all is stored"]);
  await saver.close();
});
