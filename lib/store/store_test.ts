import { assert, assertEquals, assertThrows } from "@std/assert";
import { search } from "./sqlite_search.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { MemoryStore, type Store } from "./store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { numbers } from "@/bench/corpus.ts";
import { DatabaseSync } from "node:sqlite";

function turn(id: string, more: Partial<TurnRecord> = {}): TurnRecord {
  return { turn: id, prompt: `ask ${id}`, text: "", thinking: "", state: "queued", ...more };
}

type Clock = () => number;

const kinds: [string, (now?: Clock) => Store][] = [
  ["MemoryStore", (now) => new MemoryStore(now)],
  ["SqliteStore", (now) => new SqliteStore(":memory:", now)],
];

/** A store with conversations of one turn each, saved one after the other. */
async function filled(
  open: (now?: Clock) => Store,
  conversations: Record<string, [prompt: string, text: string]>,
): Promise<Store> {
  let now = 0;
  const store = open(() => ++now);
  for (const [id, [prompt, text]] of Object.entries(conversations)) {
    await store.save(new Map([[id, [turn("t", { prompt, text, state: "done" })]]]));
  }
  return store;
}

for (const [name, open] of kinds) {
  Deno.test(`${name} finds guests' conversations that were not changed for long`, async () => {
    let now = 0;
    const store = open(() => now);
    const say = (id: string, askedBy?: string) =>
      store.save(new Map([[id, [{ ...turn("t", { state: "done" }), ...(askedBy !== undefined && { askedBy }) }]]]));
    for (const [id, askedBy] of [["own"], ["anna's", "guest:a"], ["ben's", "guest:b"], ["new", "guest:a"]] as const) {
      now += 10;
      await say(id, askedBy);
    }
    const old = async (when: number, most = 10) => (await store.guestsUnchangedSince(when, most)).toSorted();
    assertEquals(await old(40), ["anna's", "ben's"]);
    assertEquals([await old(30), await old(20), (await old(40, 1)).length], [["anna's"], [], 1]);
    await store.enter("s", "anna's");
    now = 50;
    await say("anna's", "guest:a");
    assertEquals(await old(50), ["ben's", "new"]);
    await store.close();
  });

  Deno.test(`${name} knows whose conversations are, and who asked`, async () => {
    const store = await filled(open, { mine: ["a plan", "of mine"] });
    const asked = turn("t", { prompt: "a plan", state: "done" });
    await store.save(
      new Map([["hers", [{ ...asked, askedBy: "guest:a" }, turn("u")]], ["his", [{ ...asked, askedBy: "b" }]]]),
    );
    // Whoever goes on in it, it stays hers.
    await store.save(new Map([["hers", [{ ...asked, turn: "v", askedBy: "b" }]]]));
    const whose = async (owner?: string, query = "") =>
      (await store.list(10, query, owner)).map(({ id, owner }) => [id, owner]);
    assertEquals((await whose()).toSorted(), [["hers", "guest:a"], ["his", "b"], ["mine", undefined]]);
    for (const query of ["", "PLAN", "pl"]) assertEquals(await whose("guest:a", query), [["hers", "guest:a"]]);
    assertEquals([await whose("owner"), await whose("guest:c")], [[["mine", undefined]], []]);
    assertEquals([await whose("owner", "plan"), await whose("guest:c", "plan")], [[["mine", undefined]], []]);
    const { owner, turns } = (await store.read("hers"))!;
    assertEquals([owner, turns.map(({ askedBy }) => askedBy)], ["guest:a", ["guest:a", undefined, "b"]]);
    await store.close();
  });

  Deno.test(`${name} brings back the conversation that a session is in`, async () => {
    const store = open(() => 7);
    assertEquals(await store.conversationOf("s"), undefined);
    await store.enter("s", "c1");
    assertEquals([await store.conversationOf("s"), await store.read("c1")], ["c1", undefined]);
    const full = turn("b", {
      greeting: "Oh \0 hello",
      text: "日本語 👩‍👩‍👧 \0 end",
      thinking: "hm",
      state: "failed",
      reason: "stop",
      error: { code: "incomplete", message: "broke off", hint: "again" },
      provider: "ollama",
      model: "qwen2.5",
    });
    await store.save(new Map([["c1", [turn("z"), full]]]));
    await store.save(new Map([["c1", [turn("a"), turn("z", { text: "grown", state: "streaming" })]]]));
    assertEquals(await store.read("c1"), {
      id: "c1",
      title: "ask z",
      created: 7,
      updated: 7,
      turns: [turn("z", { text: "grown", state: "streaming" }), full, turn("a")],
    });
    await store.enter("s", "c2");
    assertEquals(await store.conversationOf("s"), "c2");
    await store.close();
  });

  Deno.test(`${name} hands out copies`, async () => {
    const store = open();
    const record = turn("t");
    await store.save(new Map([["c", [record]]]));
    record.text = "changed later";
    (await store.read("c"))!.turns[0]!.prompt = "changed, too";
    assertEquals((await store.read("c"))!.turns, [turn("t")]);
    await store.close();
  });

  Deno.test(`${name} lists what has turns, the last changed first, and no more than asked for`, async () => {
    const store = await filled(open, { a: ["First\nline", "x"], b: ["Second", "y"], c: ["Third", "z"] });
    await store.enter("s", "empty");
    assertEquals(await store.list(10), [
      { id: "c", title: "Third", updated: 3, turns: 1 },
      { id: "b", title: "Second", updated: 2, turns: 1 },
      { id: "a", title: "First", updated: 1, turns: 1 },
    ]);
    await store.save(new Map([["a", [turn("more")]]]));
    assertEquals((await store.list(2)).map(({ id, turns }) => [id, turns]), [["a", 2], ["c", 1]]);
    await store.truncate("c", "t");
    assertEquals((await store.list(10)).map(({ id }) => id), ["a", "b"]);
    await store.close();
  });

  Deno.test(`${name} finds words in titles, prompts and answers, whatever their case, width and script`, async () => {
    const store = await filled(open, {
      russian: ["Расскажи про ЖИРАФА", "Жирафы живут в Африке"],
      greek: ["ΟΔΟΣ", "…"],
      german: ["Straße", "ja"],
      japanese: ["こんにちは", "今日はｶﾞｰﾃﾞﾝに行きました。ＡＢＣ"],
      chinese: ["你好", "我喜欢猫"],
      odd: ["100% _sure_ \\", 'it\'s "so"\0 done'],
      split: ["one", "two"],
    });
    await store.rename("chinese", "Über Katzen");
    const cases: [string, string[]][] = [
      ["жираф", ["russian"]],
      ["АФРИКЕ", ["russian"]],
      ["οδός".normalize("NFD").replace(/\p{M}/gu, ""), ["greek"]],
      ["STRASSE", ["german"]],
      ["ガーデン", ["japanese"]],
      ["abc", ["japanese"]],
      ["喜欢", ["chinese"]],
      [" über ", ["chinese"]],
      ["你好", ["chinese"]],
      ["100% _SURE_ \\", ["odd"]],
      ['"so"\0 done', ["odd"]],
      ["%", ["odd"]],
      ["one two", []],
      ["nowhere", []],
    ];
    for (const [query, ids] of cases) {
      assertEquals([query, (await store.list(10, query)).map(({ id }) => id)], [query, ids]);
    }
    assertEquals((await store.list(10, "   ")).length, 7);
    assertEquals((await store.list(10, "喜欢"))[0]!.excerpt, "我喜欢猫");
    assertEquals("excerpt" in (await store.list(10, "katzen"))[0]!, false);
    await store.save(new Map([["split", [turn("t", { text: "двА" })]]]));
    assertEquals((await store.list(10, "Два")).map(({ id }) => id), ["split"]);
    assertEquals(await store.list(10, "two"), []);
    await store.close();
  });

  Deno.test(`${name} keeps a name through further turns`, async () => {
    const store = await filled(open, { c: ["Prompt", "x"] });
    assertEquals(await store.rename("c", "名前 \0 é"), true);
    await store.save(new Map([["c", [turn("t2")]]]));
    assertEquals([(await store.read("c"))!.title, (await store.list(1))[0]!.title], ["名前 \0 é", "名前 \0 é"]);
    assertEquals(await store.rename("nobody", "x"), false);
    await store.close();
  });

  Deno.test(`${name} takes out a turn and all after it; what is written next comes last`, async () => {
    const store = open();
    await store.save(new Map([["c", [turn("a"), turn("b"), turn("c")]]]));
    await store.save(new Map([["other", [turn("b")]]]));
    await store.truncate("c", "nobody");
    await store.truncate("c", "b");
    assertEquals((await store.read("c"))!.turns, [turn("a")]);
    await store.save(new Map([["c", [turn("d"), turn("b")]]]));
    assertEquals((await store.read("c"))!.turns.map((one) => one.turn), ["a", "d", "b"]);
    assertEquals((await store.read("other"))!.turns.length, 1);
    await store.close();
  });

  Deno.test(`${name} deletes a conversation from everywhere, and no other`, async () => {
    const store = await filled(open, { a: ["A", "x"], b: ["B", "x"] });
    await store.enter("s", "a");
    await store.enter("other", "b");
    await store.delete("a");
    assertEquals([await store.read("a"), await store.conversationOf("s")], [undefined, undefined]);
    assertEquals([(await store.list(10, "x")).map(({ id }) => id), await store.conversationOf("other")], [["b"], "b"]);
    await store.save(new Map([["a", [turn("new")]]]));
    assertEquals((await store.read("a"))!.turns, [turn("new")]);
    await store.close();
  });
}

Deno.test("SqliteStore finds what MemoryStore finds, whatever has happened before", async () => {
  const letters = Array.from('aeßЖж ｶﾞ猫日👩‍👩‍👧"*%\0');
  for (let seed = 1; seed <= 25; seed++) {
    const random = numbers(seed);
    const any = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
    const text = (most: number) => Array.from({ length: 1 + Math.floor(random() * most) }, () => any(letters)).join("");
    let now = 0;
    const clock = () => now;
    const stores = [new MemoryStore(clock), new SqliteStore(":memory:", clock)] as const;
    for (let step = 0; step < 60; step++) {
      now++;
      const [id, one] = [any(["a", "b", "c", "d"]), any(["1", "2", "3"])];
      const states = any([["queued"], ["streaming"], ["done"], ["failed"]] as const);
      const grown = turn(one, { prompt: text(4), text: text(30), state: states[0] });
      const kind = random();
      const [title, query] = [text(5), text(3)];
      for (const store of stores) {
        if (kind < 0.7) await store.save(new Map([[id, [grown]]]));
        else if (kind < 0.8) await store.rename(id, title);
        else if (kind < 0.9) await store.truncate(id, one);
        else if (kind < 0.95) await store.delete(id);
        else {await store.save(
            new Map([[id, [turn("1", { state: "done" }), turn("4", { prompt: query, state: "done" })]]]),
          );}
      }
      if (random() < 0.5) await stores[1].index();
      assertEquals([seed, step, await stores[1].list(3, query)], [seed, step, await stores[0].list(3, query)]);
    }
    for (const store of stores) await store.close();
  }
});

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
