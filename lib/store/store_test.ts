import { assertEquals } from "@std/assert";
import { PostgresStore } from "./postgres_store.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { MemoryStore, type Store } from "./store.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { numbers } from "@/bench/corpus.ts";
import { startPostgres } from "@/tests/postgres.ts";

function turn(id: string, more: Partial<TurnRecord> = {}): TurnRecord {
  return { turn: id, prompt: `ask ${id}`, text: "", thinking: "", state: "queued", ...more };
}

type Clock = () => number;

type Open = (now?: Clock) => Store | Promise<Store>;

const postgres = await startPostgres();

const kinds: [name: string, open: Open][] = [
  ["MemoryStore", (now) => new MemoryStore(now)],
  ["SqliteStore", (now) => new SqliteStore(":memory:", now)],
  // In the one trigrams are made of every script's letters, in the other of ASCII's alone.
  ...["C.UTF-8", "C"].map((locale): [string, Open] => [
    `PostgresStore (${locale})`,
    async (now = Date.now) => await PostgresStore.open(await postgres!.database(locale), { now }),
  ]),
];

/** A store with conversations of one turn each, saved one after the other. */
async function filled(
  open: Open,
  conversations: Record<string, [prompt: string, text: string]>,
): Promise<Store> {
  let now = 0;
  const store = await open(() => ++now);
  for (const [id, [prompt, text]] of Object.entries(conversations)) {
    await store.save(new Map([[id, [turn("t", { prompt, text, state: "done" })]]]));
  }
  return store;
}

for (const [name, open] of kinds) {
  const test = (does: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${name} ${does}`, ignore: name.startsWith("Postgres") && postgres === undefined, fn });

  test(`finds guests' conversations that were not changed for long`, async () => {
    let now = 0;
    const store = await open(() => now);
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

  test(`knows whose conversations are, and who asked`, async () => {
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

  test(`knows which images turns show, who asked with them, and in whose conversation`, async () => {
    const store = await open();
    const images = ["1", "2"].map((id) => ({ id, width: 4, height: 3, name: "a \0 “cat”", unseen: true as const }));
    await store.save(
      new Map([
        ["mine", [turn("t", { images }), turn("u")]],
        ["hers", [{ ...turn("t", { images: images.slice(0, 1) }), askedBy: "guest:a" }]],
      ]),
    );
    assertEquals((await store.read("mine"))?.turns.map(({ images }) => images), [images, undefined]);
    const uses = async (image?: string) =>
      (await store.imageUses(image)).map(({ id, sender, owner }) => [id, sender, owner].join()).toSorted();
    assertEquals(await uses(), ["1,guest:a,guest:a", "1,owner,owner", "2,owner,owner"]);
    assertEquals([await uses("2"), await uses("3")], [["2,owner,owner"], []]);
    await store.delete("mine");
    assertEquals(await uses(), ["1,guest:a,guest:a"]);
    await store.close();
  });

  test(`brings back the conversation that a session is in`, async () => {
    const store = await open(() => 7);
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

  test(`hands out copies`, async () => {
    const store = await open();
    const record = turn("t");
    await store.save(new Map([["c", [record]]]));
    record.text = "changed later";
    (await store.read("c"))!.turns[0]!.prompt = "changed, too";
    assertEquals((await store.read("c"))!.turns, [turn("t")]);
    await store.close();
  });

  test(`lists what has turns, the last changed first, and no more than asked for`, async () => {
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

  test(`finds words in titles, prompts and answers, whatever their case, width and script`, async () => {
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

  test(`keeps a name through further turns`, async () => {
    const store = await filled(open, { c: ["Prompt", "x"] });
    assertEquals(await store.rename("c", "名前 \0 é"), true);
    await store.save(new Map([["c", [turn("t2")]]]));
    assertEquals([(await store.read("c"))!.title, (await store.list(1))[0]!.title], ["名前 \0 é", "名前 \0 é"]);
    assertEquals(await store.rename("nobody", "x"), false);
    await store.close();
  });

  test(`takes out a turn and all after it; what is written next comes last`, async () => {
    const store = await open();
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

  test(`deletes a conversation from everywhere, and no other`, async () => {
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

  test("finds what MemoryStore finds, whatever has happened before", async () => {
    const sqlite = name === "SqliteStore";
    // SQLite has no place for half of a surrogate pair.
    const letters = [...'aeßЖж ｶﾞ猫日👩‍👩‍👧"*%\\_\0', ...sqlite ? [] : ["\ud800", "\u{10ffff}"]];
    for (let seed = 1; seed <= (sqlite ? 25 : 5); seed++) {
      const random = numbers(seed);
      const any = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
      const text = (most: number) =>
        Array.from({ length: 1 + Math.floor(random() * most) }, () => any(letters)).join("");
      let now = 0;
      const clock = () => now;
      const stores = [new MemoryStore(clock), await open(clock)] as const;
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
        if (random() < 0.5 && stores[1] instanceof SqliteStore) await stores[1].index();
        assertEquals([seed, step, await stores[1].list(3, query)], [seed, step, await stores[0].list(3, query)]);
      }
      for (const store of stores) await store.close();
    }
  });
}
