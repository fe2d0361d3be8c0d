import { assertEquals, assertThrows } from "@std/assert";
import { SqliteStore } from "./sqlite_store.ts";
import { MemoryStore, type Store } from "./store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { DatabaseSync } from "node:sqlite";

function turn(id: string, more: Partial<TurnRecord> = {}): TurnRecord {
  return { turn: id, prompt: `ask ${id}`, text: "", thinking: "", state: "queued", ...more };
}

const kinds: [string, () => Store][] = [
  ["MemoryStore", () => new MemoryStore()],
  ["SqliteStore", () => new SqliteStore(":memory:")],
];

for (const [name, open] of kinds) {
  Deno.test(`${name} brings back the conversation that a session is in`, () => {
    const store = open();
    assertEquals(store.load("s"), undefined);
    store.enter("s", "c1");
    assertEquals(store.load("s"), { id: "c1", turns: [] });
    const full = turn("b", {
      text: "日本語 👩‍👩‍👧 \0 end",
      thinking: "hm",
      state: "failed",
      reason: "stop",
      error: { code: "incomplete", message: "broke off", hint: "again" },
      provider: "ollama",
      model: "qwen2.5",
    });
    store.save("c1", [turn("z"), full]);
    store.save("c1", [turn("a"), turn("z", { text: "grown", state: "streaming" })]);
    assertEquals(store.load("s"), {
      id: "c1",
      turns: [turn("z", { text: "grown", state: "streaming" }), full, turn("a")],
    });
    store.enter("s", "c2");
    assertEquals(store.load("s"), { id: "c2", turns: [] });
    store.close();
  });

  Deno.test(`${name} hands out copies`, () => {
    const store = open();
    store.enter("s", "c");
    const record = turn("t");
    store.save("c", [record]);
    record.text = "changed later";
    store.load("s")!.turns[0]!.prompt = "changed, too";
    assertEquals(store.load("s")!.turns, [turn("t")]);
    store.close();
  });
}

Deno.test("SqliteStore finds everything again in its file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/conversations.db`;
  const first = new SqliteStore(file);
  first.enter("s", "c");
  first.save("c", [turn("t", { text: "kept" })]);
  // Not closed: what was saved must not depend on a tidy end.
  const second = new SqliteStore(file);
  assertEquals(second.load("s")!.turns, [turn("t", { text: "kept" })]);
  second.close();
  first.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteStore refuses a file of a newer version, and one that is no database", async () => {
  const folder = await Deno.makeTempDir();
  const newer = `${folder}/newer.db`;
  const db = new DatabaseSync(newer);
  db.exec("PRAGMA user_version = 999");
  db.close();
  assertThrows(() => new SqliteStore(newer), Error, "newer version (layout 999");
  const text = `${folder}/text.db`;
  await Deno.writeTextFile(text, "this is not a database, it is far too friendly for that".repeat(20));
  assertThrows(() => new SqliteStore(text), Error, text);
  await Deno.remove(folder, { recursive: true });
});
