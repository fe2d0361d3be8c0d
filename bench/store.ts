/**
 * `deno task bench:store`: how long conversations on disk take to be listed, searched and written.
 *
 * `--conversations N` (100,000) is how many there are; `--against FOLDER` measures another checkout's store beside
 * ours, in the same run; `--keep FOLDER` makes the files there, once, and uses them again the next time.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Corpus } from "./corpus.ts";
import { median, percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import type { SqliteStore } from "@/lib/store/sqlite_store.ts";
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
  store: SqliteStore;
  /** Where its code is. */
  code: string;
  file: string;
  /** Turns a second while it was filled. */
  filling: number | undefined;
}

const { values: flags } = parseArgs({
  options: {
    conversations: { type: "string", default: "100000" },
    against: { type: "string" },
    keep: { type: "string" },
    // How the bench calls itself: measure writing to this file with this code, beginning with this seed.
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
  try {
    const contestants = [await open("ours", flags.code, folder)];
    if (flags.against !== undefined) {
      const code = new URL(`file://${resolve(flags.against)}/lib/store/sqlite_store.ts`).href;
      contestants.push(await open("before", code, folder));
    }
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

async function storeOf(code: string, file: string, now?: () => number): Promise<SqliteStore> {
  const { SqliteStore: Kind } = await import(code) as { SqliteStore: typeof SqliteStore };
  return new Kind(file, now);
}

async function open(name: string, code: string, folder: string): Promise<Contestant> {
  const file = join(folder, `${name}.db`);
  const there = await Deno.stat(file).then(() => true, () => false);
  let now = Date.now() - 1e9;
  const store = await storeOf(code, file, () => now++);
  if (there) return { name, store, code, file, filling: undefined };
  const corpus = new Corpus();
  let turns = 0;
  const begun = performance.now();
  for (let left = Number(flags.conversations); left > 0; left -= BATCH) {
    const batch = new Map<string, TurnRecord[]>();
    while (batch.size < Math.min(BATCH, left)) batch.set(corpus.id(), corpus.conversation());
    await store.save(batch);
    for (const made of batch.values()) turns += made.length;
    // The store of another checkout may have no index.
    await store.index?.();
    await store.rename(batch.keys().next().value!, `Harbour ${left}`);
  }
  return { name, store, code, file, filling: turns / (performance.now() - begun) * 1_000 };
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
async function write(file: string, code: string, seed: number): Promise<Written> {
  const store = await storeOf(code, file);
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
    for (const [index, { code, file }] of contestants.entries()) {
      const seed = String(Date.now() % 1e6 + round);
      const args = ["run", "-A", import.meta.filename!, "--write", file, "--code", code, "--seed", seed];
      const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
      const written = JSON.parse(new TextDecoder().decode(stdout)) as Written;
      times[index]!.push(...written.saves);
      late[index]!.push(...written.late);
    }
  }
  const sum = (all: number[] = []) => all.reduce((a, b) => a + b, 0);
  return [
    ["writing", "saves/s", "of ours", "p50 ms", "p99 ms", "most ms", "p99 late ms", "filled turns/s", "MB on disk"],
    ...await Promise.all(contestants.map(async ({ name, file, filling }, index) => {
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
        ((await Deno.stat(file)).size / 1e6).toFixed(0),
      ];
    })),
  ];
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function ms(value: number): string {
  return value.toFixed(1);
}
