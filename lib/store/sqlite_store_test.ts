import { assert, assertEquals, assertThrows } from "@std/assert";
import { search } from "./sqlite_search.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { DatabaseSync } from "node:sqlite";

function turn(id: string, more: Partial<TurnRecord> = {}): TurnRecord {
  return { turn: id, prompt: `ask ${id}`, text: "", thinking: "", state: "queued", ...more };
}

Deno.test("a search finds common words as it finds rare ones", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(`${folder}/c.db`);
  for (let n = 0; n < 40; n++) {
    await store.save(new Map([[`c${n}`, [turn("t", { text: n % 3 === 0 ? "tea" : "milk", state: "done" })]]]));
  }
  await store.save(new Map([["grows", [turn("t", { text: "tea", state: "streaming" })]]]));
  await store.rename("c1", "Tea");
  await store.index();
  const db = new DatabaseSync(`${folder}/c.db`);
  const [common, rare] = [search(db, "tea", { most: 10, common: 0 }), search(db, "tea", { most: 10, common: 1_000 })];
  assertEquals(common, rare);
  assertEquals([common.length, common[0]], [10, { id: "grows", hit: { position: 1, prompt: "ask t", text: "tea" } }]);
  const count = (table: string) => db.prepare(`SELECT count(*) n FROM ${table}`).get()!.n;
  await store.delete("c0");
  await store.truncate("c3", "t");
  await store.save(new Map([["c6", [turn("t", { text: "none", state: "streaming" })]]]));
  assertEquals([count("words"), count("grams"), count("turns")], [38, 38, 39]);
  // What has ended is looked for in the index, and nowhere else.
  db.exec("DELETE FROM grams");
  assertEquals(search(db, "tea", { most: 10 }).map(({ id }) => id), ["grows"]);
  db.close();
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a search for one principal's finds only theirs, whichever way it goes", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(`${folder}/c.db`);
  for (let n = 0; n < 40; n++) {
    const state = n > 36 ? "streaming" : "done";
    const asked = { ...turn("t", { text: n % 3 === 0 ? "tea" : "milk", state }), askedBy: n % 4 === 0 ? "a" : "b" };
    await store.save(new Map([[`c${n}`, [asked]]]));
  }
  await store.rename("c4", "Tea");
  await store.index();
  const db = new DatabaseSync(`${folder}/c.db`);
  const expected = ["c0", "c12", "c24", "c36", "c4"];
  for (const common of [0, 1, 8, 20, 1_000]) {
    const found = search(db, "tea", { most: 10, owner: "a", common });
    assertEquals([common, found.map(({ id }) => id).toSorted()], [common, expected]);
    assertEquals(search(db, "tea", { most: 10, owner: "c", common }), []);
  }
  // Who has few conversations does not wait for an index that is full of others'.
  db.exec("DELETE FROM grams");
  assertEquals(search(db, "tea", { most: 10, owner: "a" }).length, expected.length);
  db.close();
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteStore indexes what has ended by itself, little by little, and what a crash left at the next start", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/c.db`;
  const first = new SqliteStore(file);
  const reader = new DatabaseSync(file);
  const left = () =>
    Number(reader.prepare("SELECT count(*) n FROM turns WHERE indexed = 0 AND state = 'done'").get()!.n);
  const text = (n: number) => `${"It goes on and on. ".repeat(200)}chapter ${n}.`;
  const turns = Array.from({ length: 60 }, (_, n) => turn(`t${n}`, { text: text(n), state: "done" }));
  await first.save(new Map([["c", [...turns, turn("grows", { text: "tea", state: "streaming" })]]]));
  // Saving does not wait for it.
  assertEquals(left(), 60);
  const seen = new Set<number>();
  while (left() > 20) {
    seen.add(left());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert(seen.size > 2, `in slices: ${[...seen]}`);
  // Closed amid it, as a crash would leave it: what is not indexed is found, and indexed by the next one.
  await first.close();
  assert(left() > 0, "there is something left");
  const second = new SqliteStore(file);
  const found = async () => {
    const queries = ["chapter 0.", "chapter 59.", "chapter 60.", "tea"];
    return await Promise.all(queries.map(async (query) => (await second.list(1, query)).length));
  };
  assertEquals(await found(), [1, 1, 0, 1]);
  while (left() > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(await found(), [1, 1, 0, 1]);
  await second.close();
  reader.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteStore goes on when something cannot be indexed, and finds it all the same", async () => {
  const folder = await Deno.makeTempDir();
  const store = new SqliteStore(`${folder}/c.db`);
  const other = new DatabaseSync(`${folder}/c.db`);
  await store.save(new Map([["c", [turn("t", { text: "tea", state: "done" })]]]));
  other.exec("BEGIN IMMEDIATE");
  await new Promise((resolve) => setTimeout(resolve, 100));
  other.exec("ROLLBACK");
  await store.save(new Map([["d", [turn("t", { text: "tea", state: "done" })]]]));
  assertEquals((await store.list(5, "tea")).length, 2);
  await store.close();
  other.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteStore finds everything again in its file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/conversations.db`;
  const first = new SqliteStore(file);
  await first.save(new Map([["c", [turn("t", { text: "kept" })]]]));
  // Not closed: what was saved must not depend on a tidy end.
  const second = new SqliteStore(file);
  assertEquals((await second.read("c"))!.turns, [turn("t", { text: "kept" })]);
  await second.close();
  await first.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteStore takes over a file of the first layout, and finds words in it", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/old.db`;
  const db = new DatabaseSync(file);
  db.exec(`
    CREATE TABLE conversations (id TEXT PRIMARY KEY, created INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT;
    CREATE TABLE turns (
      conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, turn TEXT NOT NULL,
      position INTEGER NOT NULL, prompt TEXT NOT NULL, text TEXT NOT NULL, thinking TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT, error TEXT, provider TEXT, model TEXT, PRIMARY KEY (conversation, turn)
    ) STRICT;
    CREATE TABLE sessions (id TEXT PRIMARY KEY, conversation TEXT NOT NULL, seen INTEGER NOT NULL) STRICT;
    INSERT INTO conversations VALUES ('c', 1, 2);
    INSERT INTO turns VALUES ('c', 't', 1, 'Привет', 'Мир', '', 'done', 'stop', NULL, 'demo', 'm');
    INSERT INTO sessions VALUES ('s', 'c', 3);
    PRAGMA user_version = 1;
  `);
  db.close();
  const store = new SqliteStore(file);
  assertEquals(await store.conversationOf("s"), "c");
  // What was said before there were guests is the owner's.
  assertEquals([(await store.list(10, "", "owner")).length, (await store.list(10, "", "guest:a")).length], [1, 0]);
  assertEquals((await store.read("c"))!.owner, undefined);
  assertEquals(await store.list(10, "МИР"), [{ id: "c", title: "Привет", updated: 2, turns: 1, excerpt: "Мир" }]);
  await store.close();
  const again = new SqliteStore(file);
  assertEquals((await again.list(10)).length, 1);
  await again.close();
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
