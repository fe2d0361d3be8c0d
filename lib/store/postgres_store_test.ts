import { assert, assertEquals, assertRejects } from "@std/assert";
import { openStore } from "./open_store.ts";
import { PostgresPool } from "./postgres_pool.ts";
import { search, type SearchLimits } from "./postgres_search.ts";
import { PostgresStore } from "./postgres_store.ts";
import { FIRST_EPOCH, type StoredTurn } from "./store.ts";
import { StoreError } from "./store_error.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import { type Postgres, startPostgres } from "@/tests/postgres.ts";
import { until } from "@/tests/until.ts";

const postgres = await startPostgres();

function test(name: string, run: (postgres: Postgres) => Promise<void>): void {
  Deno.test({ name: `PostgresStore ${name}`, ignore: postgres === undefined, fn: () => run(postgres!) });
}

function turn(more: Partial<StoredTurn> = {}): StoredTurn {
  return { turn: "t", prompt: "ask", text: "", thinking: "", state: "done", ...more };
}

test("loses nothing of a text that PostgreSQL would refuse", async (postgres) => {
  await using store = await opened(await postgres.database());
  const odd = 'a\0b \ud800 \udc00\ud83d \u{10ffff}\u{100000} \ufffe \\x5c {"} \u202e é e\u0301 \r\n\t';
  const whole: StoredTurn = {
    ...turn({ turn: odd, prompt: odd, text: odd, thinking: odd, state: "failed", askedBy: odd, greeting: odd }),
    error: { code: "incomplete", message: odd, hint: odd, server: odd },
    provider: odd,
    model: odd,
    standsIn: odd,
    heard: 3,
    reason: "length",
  };
  await store.save(new Map([[odd, [whole]]]));
  await store.rename(odd, odd);
  await store.enter(odd, odd);
  const { title, owner, turns } = (await store.read(odd))!;
  assertEquals([title, owner, turns, await store.conversationOf(odd)], [odd, odd, [whole], odd]);
  assertEquals((await store.list(5, "b \ud800", odd)).map(({ id }) => id), [odd]);
});

test("is laid out by one of several that start at once, and counts them", async (postgres) => {
  const address = await postgres.database();
  const stores = await Promise.all(Array.from({ length: 6 }, () => PostgresStore.open(address)));
  const epochs = await Promise.all(stores.flatMap((store) => [store.nextEpoch(), store.nextEpoch()]));
  assertEquals(epochs.toSorted((a, b) => a - b), Array.from(epochs, (_, n) => FIRST_EPOCH + n));
  for (const store of stores) await store.close();
  await postgres.ask(address, "UPDATE layout SET version = 999");
  await assertRejects(() => PostgresStore.open(address), StoreError, "newer version (layout 999");
});

test("keeps every turn in its order when several processes store at once", async (postgres) => {
  const address = await postgres.database();
  const stores = await Promise.all([1, 2, 3].map(() => PostgresStore.open(address)));
  const ids = ["a", "b", "c"];
  await Promise.all(stores.flatMap((store, n) =>
    Array.from({ length: 20 }, (_, m) => {
      const one = turn({ turn: `${n}.${m}` });
      return store.save(new Map((n === 1 ? ids.toReversed() : ids).map((id) => [id, [one]])));
    })
  ));
  for (const id of ids) {
    const names = (await stores[0]!.read(id))!.turns.map(({ turn }) => turn);
    assertEquals([new Set(names).size, names.length], [60, 60]);
  }
  for (const store of stores) await store.close();
});

test("writes what stood there when it was asked to, all or nothing", async (postgres) => {
  const address = await postgres.database();
  await using store = await opened(address);
  const grows = turn({ text: "one" });
  const saved = store.save(new Map([["c", [grows]]]));
  grows.text = "one two";
  await saved;
  assertEquals((await store.read("c"))!.turns[0]!.text, "one");
  await postgres.ask(address, "ALTER TABLE turns ADD CHECK (turn <> 'refused')");
  const refused = turn({ turn: "refused", text: "secret words" });
  const error = await assertRejects(() => store.save(new Map([["d", [turn()]], ["e", [refused]]])), StoreError);
  // PostgreSQL itself tells the whole row.
  assert(!Deno.inspect(error).includes("secret words"));
  assertEquals([await store.read("d"), await store.read("e")], [undefined, undefined]);
});

test("finds the same in each way that it takes, and each principal's alone", async (postgres) => {
  const address = await postgres.database("C.UTF-8");
  await using store = await opened(address);
  const words = ["tea 猫", "milk"];
  const some = (n: number) => turn({ text: words[n % 3 === 0 ? 0 : 1]!, askedBy: n % 4 === 0 ? "a" : "b" });
  for (let n = 0; n < 40; n++) await store.save(new Map([[`c${n}`, [some(n)]]]));
  await store.save(new Map([["grows", [turn({ text: "tea 猫", state: "streaming", askedBy: "a" })]]]));
  await store.rename("c1", "A 猫 and tea 猫");
  await store.save(new Map([["emptied", [turn({ turn: "only", askedBy: "a" })]]]));
  await store.rename("emptied", "No tea 猫");
  await store.truncate("emptied", "only");
  const pool = new PostgresPool(address);
  const trigrams = /[\p{L}]{3}/u;
  const ways: SearchLimits[] = [
    { few: 1_000, soon: Infinity, common: 0 },
    { few: 0, soon: 1, common: 0 },
    { few: 0, soon: Infinity, common: 1_000 },
    // The index finds too much.
    { few: 0, soon: Infinity, common: 0 },
  ];
  for (const query of ["tea", "te", "猫", "a 猫", "nowhere", "qq"]) {
    for (
      const [owner, most, count] of [[undefined, 10, 10], [undefined, 50, 16], ["a", 50, 5], ["c", 50, 0]] as const
    ) {
      const expected = (await store.list(most, query, owner)).map(({ id }) => id);
      assertEquals(expected.length, /nowhere|qq/.test(query) ? 0 : count, `${query} of ${owner}`);
      for (const limits of ways) {
        const found = await search(pool.ask, query, { most, owner, trigrams, limits });
        assertEquals(found.map(({ row }) => row.id), expected, `${query} of ${owner} by ${JSON.stringify(limits)}`);
      }
    }
  }
  await pool.close();
});

test("comes back by itself when the server does, and says meanwhile what is wrong", async () => {
  // With what a real one does for what was said.
  await using server = (await startPostgres(""))!;
  const address = await server.database();
  await using store = await opened(address);
  await store.save(new Map([["c", [turn()]]]));
  await store.check();
  // Also amid a transaction, while nothing is being asked.
  const pool = new PostgresPool(address);
  const begun = pool.atOnce(async (ask) => {
    const { rows: [row] } = await ask("SELECT pg_backend_pid() AS pid");
    await server.ask(address, `SELECT pg_terminate_backend(${row!.pid})`);
    const left = `SELECT count(*) FROM pg_stat_activity WHERE pid = ${row!.pid}`;
    await until("the connection has ended", async () => (await server.ask(address, left))[0] === "0");
    await ask("SELECT 1");
  });
  await assertRejects(() => begun, StoreError);
  assertEquals((await pool.ask("SELECT 1 AS one")).rows, [{ one: 1 }]);
  await pool.close();
  await server.stop();
  const told = await Promise.all([
    assertRejects(() => store.check(), StoreError),
    assertRejects(() => store.save(new Map([["d", [turn()]]])), StoreError),
    assertRejects(() => openStore({ store: address }, "/nowhere"), ConfigError, "Cannot open the store, PostgreSQL at"),
  ]);
  for (const error of told) {
    assert(!Deno.inspect(error).includes(server.password), "the password is nobody's business");
    assert(/PostgreSQL cannot be asked: /.test(error.message), error.message);
  }
  await server.start();
  await until("the store is there", () => store.check().then(() => true, () => false));
  assertEquals([(await store.list(5)).length, (await store.read("c"))!.turns.length], [1, 1]);
});

test("does not wait for an answer that does not come, and is there again afterwards", async (postgres) => {
  const address = await postgres.database();
  await using store = await opened(address, 500);
  await store.save(new Map([["c", [turn()]]]));
  // What the row is locked for, nobody knows: it is as if nobody answered.
  const other = new PostgresPool(address);
  await other.atOnce(async (ask) => {
    await ask("SELECT * FROM conversations FOR UPDATE");
    await assertRejects(() => store.save(new Map([["c", [turn({ text: "late" })]]])), StoreError);
  });
  await other.close();
  await store.save(new Map([["c", [turn({ text: "new" })]]]));
  assertEquals((await store.read("c"))!.turns[0]!.text, "new");
});

test("tells nobody its password, whatever is wrong", async (postgres) => {
  const address = await postgres.database();
  const wrong = [
    address.replace("vtuber:", "nobody:"),
    address.replace(/\/test\d+/, "/absent"),
    "postgres://vtuber:hidden@127.0.0.1:1/x",
    "postgres://vtuber:hidden@nowhere.invalid/x",
  ];
  const reasons = ["refuses the user", "no such database", "nothing listens", "no such host"];
  for (const [n, address] of wrong.entries()) {
    const error = await assertRejects(() => openStore({ store: address }, "/nowhere"), ConfigError, reasons[n]);
    const shown = Deno.inspect(error);
    assert(!shown.includes("hidden") && !shown.includes(postgres.password), shown);
  }
});

async function opened(address: string, deadlineMs?: number): Promise<PostgresStore & AsyncDisposable> {
  const store = await PostgresStore.open(address, deadlineMs === undefined ? {} : { deadlineMs });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
