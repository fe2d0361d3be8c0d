/**
 * `deno task bench:store`: how long conversations in SQLite and PostgreSQL take to be listed, searched and written.
 *
 * `--conversations N` (100,000) is how many there are; `--against FOLDER` measures another checkout's SQLite beside
 * ours, in the same run; `--keep FOLDER` makes the files there, once, and uses them again the next time. PostgreSQL is
 * one of its own, with the settings that it comes with; `--postgres ADDRESS` takes a database, and uses it again.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Corpus } from "./corpus.ts";
import { median, percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import { isPostgres } from "@/lib/config/store_address.ts";
import { PostgresPool } from "@/lib/store/postgres_pool.ts";
import { PostgresStore } from "@/lib/store/postgres_store.ts";
import type { SqliteStore } from "@/lib/store/sqlite_store.ts";
import type { Store } from "@/lib/store/store.ts";
import { startPostgres } from "@/tests/postgres.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { print } from "@/lib/telemetry/log.ts";

/** As many as the page is shown. */
const MOST = 500;
const ROUNDS = 15;
/** Conversations that one transaction fills. */
const BATCH = 200;
/** Conversations that grow at once, and how often each is stored until its answer has ended. */
const GROWING = 100;
const STEPS = 20;
/** How long PostgreSQL may take to write a batch with all that is searched by, ms. */
const FILL_MS = 120_000;
/** Between two saves there is time for what a store does by itself, ms. */
const PAUSE_MS = 5;

const SEARCHES: [kind: string, query: string][] = [
  ["common word", "the"],
  ["word in 1 of 20 turns", "lanternfish"],
  ["word in 1 of 100 turns", "margrave"],
  ["rare word", "Zyxquartz"],
  ["one letter", "e"],
  ["two letters, common", "th"],
  ["two letters, rare", "qx"],
  ["one CJK character", "猫"],
  ["two CJK characters, common", "日月"],
  ["two CJK characters, rare", "灯台"],
  ["several words", "of the"],
  ["title", "Harbour"],
  ["nowhere", "nowhere to be found"],
];

interface Contestant {
  name: string;
  store: Store;
  /** Where the code of SQLite's is. */
  code: string;
  /** Its file, or its database's address. */
  place: string;
  /** Turns a second while it was filled. */
  filling: number | undefined;
}

const { values: flags } = parseArgs({
  options: {
    conversations: { type: "string", default: "100000" },
    against: { type: "string" },
    keep: { type: "string" },
    postgres: { type: "string" },
    // How the bench calls itself: measure writing to this place with this code, beginning with this seed.
    write: { type: "string" },
    code: { type: "string", default: import.meta.resolve("@/lib/store/sqlite_store.ts") },
    seed: { type: "string", default: "1" },
  },
});
if (flags.write === undefined) await bench();
else print(JSON.stringify(await write(flags.write, flags.code, Number(flags.seed))));

async function bench(): Promise<void> {
  const folder = flags.keep ?? await Deno.makeTempDir({ prefix: "vtuber-bench-store-" });
  await Deno.mkdir(folder, { recursive: true });
  await using server = flags.postgres === undefined ? await startPostgres("") : undefined;
  try {
    const contestants = [await open("SQLite", flags.code, join(folder, "ours.db"))];
    if (flags.against !== undefined) {
      const code = new URL(`file://${resolve(flags.against)}/lib/store/sqlite_store.ts`).href;
      contestants.push(await open("before", code, join(folder, "before.db")));
    }
    const database = flags.postgres ?? await server?.database("C.UTF-8");
    if (database !== undefined) contestants.push(await open("PostgreSQL", flags.code, database));
    const head = contestants.flatMap(({ name }) => [`${name} p50 ms`, "p95 ms"]);
    const rows = [["list", "hits", ...head], await reading(contestants, "all")];
    for (const [kind, query] of SEARCHES) rows.push(await reading(contestants, `${kind}: ${query}`, query));
    print(`Deno ${Deno.version.deno}, ${flags.conversations} conversations\n`);
    print(`${aligned(rows)}\n`);
    for (const { store } of contestants) await store.close();
    print(aligned(await writing(contestants)));
  } finally {
    if (flags.keep === undefined) await Deno.remove(folder, { recursive: true });
  }
}

async function storeOf(code: string, place: string, now?: () => number): Promise<Store> {
  if (isPostgres(place)) return await PostgresStore.open(place, { deadlineMs: FILL_MS, ...now && { now } });
  const { SqliteStore: Kind } = await import(code) as { SqliteStore: typeof SqliteStore };
  return new Kind(place, now);
}

async function open(name: string, code: string, place: string): Promise<Contestant> {
  let now = Date.now() - 1e9;
  const store = await storeOf(code, place, () => now++);
  if ((await store.list(1)).length > 0) return { name, store, code, place, filling: undefined };
  const corpus = new Corpus();
  let turns = 0;
  const begun = performance.now();
  for (let left = Number(flags.conversations); left > 0; left -= BATCH) {
    const batch = new Map<string, TurnRecord[]>();
    while (batch.size < Math.min(BATCH, left)) batch.set(corpus.id(), corpus.conversation());
    await store.save(batch);
    for (const made of batch.values()) turns += made.length;
    // SQLite's index is made afterwards; the store of another checkout may have none.
    await (store as Partial<SqliteStore>).index?.();
    await store.rename(batch.keys().next().value!, `Harbour ${left}`);
  }
  return { name, store, code, place, filling: turns / (performance.now() - begun) * 1_000 };
}

/** One row of the table: every contestant in turn, so that a slow moment of the machine meets all. */
async function reading(contestants: readonly Contestant[], kind: string, query?: string): Promise<string[]> {
  const times = contestants.map((): number[] => []);
  let hits = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { store }] of contestants.entries()) {
      const begun = performance.now();
      hits = (await store.list(MOST, query)).length;
      times[index]!.push(performance.now() - begun);
    }
  }
  return [
    kind,
    String(hits),
    ...times.flatMap((all) => [ms(median(all)), ms(percentile(all.toSorted(byNumber), 0.95))]),
  ];
}

interface Written {
  /** How long each save took, ms. */
  saves: number[];
  /** How late each timer of {@linkcode PAUSE_MS} was, ms: what the store does by itself meanwhile. */
  late: number[];
}

/** Answers that grow, and are stored again and again until they end. */
async function write(place: string, code: string, seed: number): Promise<Written> {
  const store = await storeOf(code, place);
  const corpus = new Corpus(seed);
  const saves: number[] = [];
  const late: number[] = [];
  for (let language = 0; language < 4; language++) {
    const growing = new Map(Array.from({ length: GROWING }, () => {
      const whole = corpus.text(language, 1_500);
      const turn: TurnRecord = { turn: corpus.id(), prompt: "Go on", text: "", thinking: "", state: "streaming" };
      return [corpus.id(), { whole, turn }] as const;
    }));
    for (let step = 1; step <= STEPS; step++) {
      for (const { whole, turn } of growing.values()) {
        turn.text = whole.slice(0, whole.length * step / STEPS);
        if (step === STEPS) turn.state = "done";
      }
      const changed = new Map([...growing].map(([id, { turn }]) => [id, [turn]]));
      const begun = performance.now();
      await store.save(changed);
      const saved = performance.now();
      saves.push(saved - begun);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      late.push(performance.now() - saved - PAUSE_MS);
    }
    // Whoever uses these files again is to read what was read before.
    for (const id of growing.keys()) await store.delete(id);
  }
  await store.close();
  return { saves, late };
}

/**
 * How many saves of all growing answers a second, and how long one holds up the thread. Each time in a process of its
 * own, in turn: in one process SQLite's stores take each other's page cache.
 */
async function writing(contestants: readonly Contestant[]): Promise<string[][]> {
  const times = contestants.map((): number[] => []);
  const late = contestants.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { code, place }] of contestants.entries()) {
      const seed = String(Date.now() % 1e6 + round);
      const args = ["run", "-A", import.meta.filename!, "--write", place, "--code", code, "--seed", seed];
      const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
      const written = JSON.parse(new TextDecoder().decode(stdout)) as Written;
      times[index]!.push(...written.saves);
      late[index]!.push(...written.late);
    }
  }
  const sum = (all: number[] = []) => all.reduce((a, b) => a + b, 0);
  return [
    ["writing", "saves/s", "of ours", "p50 ms", "p99 ms", "most ms", "p99 late ms", "filled turns/s", "MB on disk"],
    ...await Promise.all(contestants.map(async ({ name, place, filling }, index) => {
      const all = times[index]!.toSorted(byNumber);
      return [
        `${name}, ${GROWING} answers at once`,
        (all.length / sum(all) * 1_000).toFixed(0),
        (sum(times[0]) / sum(all)).toFixed(2),
        ms(median(all)),
        ms(percentile(all, 0.99)),
        ms(all.at(-1) ?? NaN),
        ms(percentile(late[index]!.toSorted(byNumber), 0.99)),
        filling?.toFixed(0) ?? "-",
        ((await bytesOf(place)) / 1e6).toFixed(0),
      ];
    })),
  ];
}

async function bytesOf(place: string): Promise<number> {
  if (!isPostgres(place)) return (await Deno.stat(place)).size;
  const pool = new PostgresPool(place);
  const { rows: [row] } = await pool.ask("SELECT pg_database_size(current_database()) AS bytes");
  await pool.close();
  return Number(row?.bytes);
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function ms(value: number): string {
  return value.toFixed(1);
}
