import { assertEquals, assertThrows } from "@std/assert";
import { SqliteStore } from "./sqlite_store.ts";
import { MemoryStore, type Store } from "./store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
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
function filled(open: (now?: Clock) => Store, conversations: Record<string, [prompt: string, text: string]>): Store {
  let now = 0;
  const store = open(() => ++now);
  for (const [id, [prompt, text]] of Object.entries(conversations)) {
    store.save(new Map([[id, [turn("t", { prompt, text, state: "done" })]]]));
  }
  return store;
}

for (const [name, open] of kinds) {
  Deno.test(`${name} knows whose conversations are, and who asked`, () => {
    const store = filled(open, { mine: ["a plan", "of mine"] });
    const asked = turn("t", { prompt: "a plan", state: "done" });
    store.save(
      new Map([["hers", [{ ...asked, askedBy: "guest:a" }, turn("u")]], ["his", [{ ...asked, askedBy: "b" }]]]),
    );
    // Whoever goes on in it, it stays hers.
    store.save(new Map([["hers", [{ ...asked, turn: "v", askedBy: "b" }]]]));
    const whose = (owner?: string, query = "") => store.list(10, query, owner).map(({ id, owner }) => [id, owner]);
    assertEquals(whose().toSorted(), [["hers", "guest:a"], ["his", "b"], ["mine", undefined]]);
    assertEquals([whose("guest:a"), whose("guest:a", "PLAN")], [[["hers", "guest:a"]], [["hers", "guest:a"]]]);
    assertEquals([whose("owner"), whose("guest:c")], [[["mine", undefined]], []]);
    const { owner, turns } = store.read("hers")!;
    assertEquals([owner, turns.map(({ askedBy }) => askedBy)], ["guest:a", ["guest:a", undefined, "b"]]);
    store.close();
  });

  Deno.test(`${name} brings back the conversation that a session is in`, () => {
    const store = open(() => 7);
    assertEquals(store.conversationOf("s"), undefined);
    store.enter("s", "c1");
    assertEquals([store.conversationOf("s"), store.read("c1")], ["c1", undefined]);
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
    store.save(new Map([["c1", [turn("z"), full]]]));
    store.save(new Map([["c1", [turn("a"), turn("z", { text: "grown", state: "streaming" })]]]));
    assertEquals(store.read("c1"), {
      id: "c1",
      title: "ask z",
      created: 7,
      updated: 7,
      turns: [turn("z", { text: "grown", state: "streaming" }), full, turn("a")],
    });
    store.enter("s", "c2");
    assertEquals(store.conversationOf("s"), "c2");
    store.close();
  });

  Deno.test(`${name} hands out copies`, () => {
    const store = open();
    const record = turn("t");
    store.save(new Map([["c", [record]]]));
    record.text = "changed later";
    store.read("c")!.turns[0]!.prompt = "changed, too";
    assertEquals(store.read("c")!.turns, [turn("t")]);
    store.close();
  });

  Deno.test(`${name} lists what has turns, the last changed first, and no more than asked for`, () => {
    const store = filled(open, { a: ["First\nline", "x"], b: ["Second", "y"], c: ["Third", "z"] });
    store.enter("s", "empty");
    assertEquals(store.list(10), [
      { id: "c", title: "Third", updated: 3, turns: 1 },
      { id: "b", title: "Second", updated: 2, turns: 1 },
      { id: "a", title: "First", updated: 1, turns: 1 },
    ]);
    store.save(new Map([["a", [turn("more")]]]));
    assertEquals(store.list(2).map(({ id, turns }) => [id, turns]), [["a", 2], ["c", 1]]);
    store.truncate("c", "t");
    assertEquals(store.list(10).map(({ id }) => id), ["a", "b"]);
    store.close();
  });

  Deno.test(`${name} finds words in titles, prompts and answers, whatever their case, width and script`, () => {
    const store = filled(open, {
      russian: ["Расскажи про ЖИРАФА", "Жирафы живут в Африке"],
      greek: ["ΟΔΟΣ", "…"],
      german: ["Straße", "ja"],
      japanese: ["こんにちは", "今日はｶﾞｰﾃﾞﾝに行きました。ＡＢＣ"],
      chinese: ["你好", "我喜欢猫"],
      odd: ["100% _sure_ \\", 'it\'s "so"\0 done'],
      split: ["one", "two"],
    });
    store.rename("chinese", "Über Katzen");
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
    for (const [query, ids] of cases) assertEquals([query, store.list(10, query).map(({ id }) => id)], [query, ids]);
    assertEquals(store.list(10, "   ").length, 7);
    assertEquals(store.list(10, "喜欢")[0]!.excerpt, "我喜欢猫");
    assertEquals("excerpt" in store.list(10, "katzen")[0]!, false);
    store.save(new Map([["split", [turn("t", { text: "двА" })]]]));
    assertEquals(store.list(10, "Два").map(({ id }) => id), ["split"]);
    assertEquals(store.list(10, "two"), []);
    store.close();
  });

  Deno.test(`${name} keeps a name through further turns`, () => {
    const store = filled(open, { c: ["Prompt", "x"] });
    assertEquals(store.rename("c", "名前 \0 é"), true);
    store.save(new Map([["c", [turn("t2")]]]));
    assertEquals([store.read("c")!.title, store.list(1)[0]!.title], ["名前 \0 é", "名前 \0 é"]);
    assertEquals(store.rename("nobody", "x"), false);
    store.close();
  });

  Deno.test(`${name} takes out a turn and all after it; what is written next comes last`, () => {
    const store = open();
    store.save(new Map([["c", [turn("a"), turn("b"), turn("c")]]]));
    store.save(new Map([["other", [turn("b")]]]));
    store.truncate("c", "nobody");
    store.truncate("c", "b");
    assertEquals(store.read("c")!.turns, [turn("a")]);
    store.save(new Map([["c", [turn("d"), turn("b")]]]));
    assertEquals(store.read("c")!.turns.map((one) => one.turn), ["a", "d", "b"]);
    assertEquals(store.read("other")!.turns.length, 1);
    store.close();
  });

  Deno.test(`${name} deletes a conversation from everywhere, and no other`, () => {
    const store = filled(open, { a: ["A", "x"], b: ["B", "x"] });
    store.enter("s", "a");
    store.enter("other", "b");
    store.delete("a");
    assertEquals([store.read("a"), store.conversationOf("s")], [undefined, undefined]);
    assertEquals([store.list(10, "x").map(({ id }) => id), store.conversationOf("other")], [["b"], "b"]);
    store.save(new Map([["a", [turn("new")]]]));
    assertEquals(store.read("a")!.turns, [turn("new")]);
    store.close();
  });
}

Deno.test("SqliteStore finds everything again in its file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/conversations.db`;
  const first = new SqliteStore(file);
  first.save(new Map([["c", [turn("t", { text: "kept" })]]]));
  // Not closed: what was saved must not depend on a tidy end.
  const second = new SqliteStore(file);
  assertEquals(second.read("c")!.turns, [turn("t", { text: "kept" })]);
  second.close();
  first.close();
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
  assertEquals(store.conversationOf("s"), "c");
  // What was said before there were guests is the owner's.
  assertEquals([store.list(10, "", "owner").length, store.list(10, "", "guest:a").length], [1, 0]);
  assertEquals(store.read("c")!.owner, undefined);
  assertEquals(store.list(10, "МИР"), [{ id: "c", title: "Привет", updated: 2, turns: 1, excerpt: "Мир" }]);
  store.close();
  const again = new SqliteStore(file);
  assertEquals(again.list(10).length, 1);
  again.close();
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
