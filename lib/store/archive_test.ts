import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type Archive, type ArchivedConversation, type ArchivedSession, copyArchive } from "./archive.ts";
import { openArchive } from "./open_store.ts";
import { PostgresStore } from "./postgres_store.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { Store, StoredTurn } from "./store.ts";
import { StoreError } from "./store_error.ts";
import { numbers } from "@/bench/corpus.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { startPostgres } from "@/tests/postgres.ts";

const postgres = await startPostgres();

/** A store with conversations of every kind in it: of several principals, named, cut short, odd and empty. */
async function fill(store: Store, seed: number): Promise<void> {
  const random = numbers(seed);
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const letters = [...'aeßЖ ｶﾞ猫日👩‍👩‍👧"*%_\\{}\0\r\n\t\u202e\u{10ffff}\u{100000}\ufffe'];
  const text = (most: number) => Array.from({ length: Math.floor(random() * most) }, () => any(letters)).join("");
  for (let n = 0; n < 250; n++) {
    const turns = Array.from({ length: Math.floor(random() * 4) }, (_, at): StoredTurn => ({
      turn: `${n}-${at}`,
      prompt: text(20),
      text: text(200),
      thinking: text(20),
      state: any(["queued", "streaming", "done", "failed"]),
      ...(random() < 0.2 && { greeting: text(9), heard: 3, standsIn: text(5), provider: "ollama", model: text(5) }),
      ...(random() < 0.2 && { error: { code: "incomplete", message: text(9), hint: text(5) }, reason: "length" }),
      ...(random() < 0.4 && { askedBy: any(["guest:a", "guest:b"]) }),
    }));
    await store.save(new Map([[`c${n}`, turns]]));
    if (random() < 0.2) await store.rename(`c${n}`, text(9));
    if (random() < 0.2) await store.truncate(`c${n}`, `${n}-1`);
    await store.enter(`s${n}`, any([`c${n}`, "never stored"]));
  }
  for (let n = 0; n < 3; n++) await store.nextEpoch();
}

/** All that an archive has. */
async function all(archive: Archive): Promise<[ArchivedConversation[], ArchivedSession[], number]> {
  const [conversations, sessions] = await Promise.all([
    Array.fromAsync(archive.conversations()),
    Array.fromAsync(archive.sessions()),
  ]);
  return [conversations.flat(), sessions.flat(), await archive.epoch()];
}

Deno.test({
  name: "copyArchive() moves everything from SQLite to PostgreSQL and back, whole, also when it was broken off",
  ignore: postgres === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const [first, last] = [join(folder, "first.db"), join(folder, "last.db")];
    let now = 1_000;
    const filled = new SqliteStore(first, () => now += 7);
    await fill(filled, 1);
    await filled.close();
    const database = await postgres!.database();
    const source = await openArchive(first, { isThere: true });
    const middle = await openArchive(database, { isThere: false });
    const target = await openArchive(last, { isThere: false });
    const broken = copyArchive(source, middle, {
      into: false,
      onProgress: () => {
        throw new Error("broken off");
      },
    });
    await assertRejects(() => broken, Error, "broken off");
    assertEquals((await middle.counts()).conversations, 100);
    await assertRejects(() => copyArchive(source, middle, { into: false }), StoreError, "--into");
    const rest = await copyArchive(source, middle, { into: true });
    const { sessions } = rest;
    assertEquals([rest.conversations, sessions], [150, 250]);
    // Once more, there is nothing to do.
    assertEquals(await copyArchive(source, middle, { into: true }), { conversations: 0, turns: 0, sessions });
    await copyArchive(middle, target, { into: false });
    const expected = await all(source);
    assertEquals(await all(middle), expected);
    assertEquals(await all(target), expected);
    assertEquals(expected[0].some(({ turns }) => turns.length === 0), true);
    for (const archive of [source, middle, target]) await archive[Symbol.asyncDispose]();

    // Whoever opens them finds the same, and counts on from there.
    const [a, b, c] = [new SqliteStore(first), await PostgresStore.open(database), new SqliteStore(last)];
    for (const query of ["", "a", "猫", "👩‍👩‍👧", '"*%', "ж", "\0", "日 "]) {
      for (const owner of [undefined, "guest:a"]) {
        const found = await a.list(500, query, owner);
        assertEquals([query, await b.list(500, query, owner), await c.list(500, query, owner)], [query, found, found]);
      }
    }
    const epoch = await a.nextEpoch();
    assertEquals([await b.nextEpoch(), await c.nextEpoch()], [epoch, epoch]);
    for (const store of [a, b, c]) await store.close();
    await Deno.remove(folder, { recursive: true });
  },
});

for (const kind of ["SQLite", "PostgreSQL"]) {
  Deno.test({
    name: `copyArchive() leaves in ${kind} what was changed there later, and replaces what is older`,
    ignore: kind === "PostgreSQL" && postgres === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const turn = (text: string): StoredTurn => ({ turn: text, prompt: text, text, thinking: "", state: "done" });
      const at = async (place: string, now: number, changes: Record<string, string[]>) => {
        const store = kind === "SQLite" || place.endsWith("from.db")
          ? new SqliteStore(place, () => now)
          : await PostgresStore.open(place, { now: () => now });
        await store.save(new Map(Object.entries(changes).map(([id, texts]) => [id, texts.map(turn)])));
        await store.enter("s", Object.keys(changes)[0]!);
        await store.close();
      };
      const from = join(folder, "from.db");
      const to = kind === "SQLite" ? join(folder, "to.db") : await postgres!.database();
      await at(from, 10, { newer: ["old"], older: ["one", "two"], same: ["same"] });
      await at(to, 5, { older: ["one"] });
      await at(to, 10, { same: ["same"] });
      await at(to, 15, { newer: ["new"] });
      await using source = await openArchive(from, { isThere: true });
      await using target = await openArchive(to, { isThere: true });
      assertEquals(await copyArchive(source, target, { into: true }), { conversations: 1, turns: 2, sessions: 1 });
      const [conversations, sessions] = await all(target);
      assertEquals(
        conversations.map(({ id, turns }) => [id, turns.map(({ text }) => text)]).toSorted(),
        [["newer", ["new"]], ["older", ["one", "two"]], ["same", ["same"]]],
      );
      assertEquals(sessions, [{ id: "s", conversation: "newer", seen: 15 }]);
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test({
  name: "deno task store says what it has copied, and its usage where it is not understood",
  ignore: postgres === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "a.db");
    const filled = new SqliteStore(file);
    await fill(filled, 2);
    await filled.close();
    const database = await postgres!.database();
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", join(PROGRAM, "tasks/store.ts"), ...args],
        cwd: folder,
      }).output();
      const text = new TextDecoder();
      const said = text.decode(stdout) + text.decode(stderr);
      assertEquals(said.includes(postgres!.password), false, said);
      return { code, said };
    };
    const copied = await run("copy", file, database);
    assertEquals(copied.code, 0, copied.said);
    assertStringIncludes(copied.said, "Copied 250 conversations with ");
    const again = await run("copy", file, database);
    assertEquals(again.code, 1);
    assertStringIncludes(again.said, "The target has 250 conversations already");
    assertStringIncludes((await run("copy", file, database, "--into")).said, "Copied 0 conversations");
    assertEquals(await run("copy", join(folder, "absent.db"), database), {
      code: 1,
      said: `There is no file ${join(folder, "absent.db")}\n`,
    });
    const usage = await run("copy", file);
    assertEquals(usage.code, 2);
    assertStringIncludes(usage.said, "copy FROM TO");
    await Deno.remove(folder, { recursive: true });
  },
});
