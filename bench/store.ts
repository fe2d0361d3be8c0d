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
import { SqliteStore } from "@/lib/store/sqlite_store.ts";
import type { Store } from "@/lib/store/store.ts";
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
  file: string;
  /** Turns a second while it was filled. */
  filling: number | undefined;
}

const { values: flags } = parseArgs({
  options: {
    conversations: { type: "string", default: "100000" },
    against: { type: "string" },
    keep: { type: "string" },
  },
});
await bench();

async function bench(): Promise<void> {
  const folder = flags.keep ?? await Deno.makeTempDir({ prefix: "vtuber-bench-store-" });
  await Deno.mkdir(folder, { recursive: true });
  try {
    const contestants = [await open("ours", SqliteStore, folder)];
    if (flags.against !== undefined) {
      const address = new URL(`file://${resolve(flags.against)}/lib/chat/sqlite_store.ts`).href;
      const { SqliteStore: other } = await import(address) as { SqliteStore: typeof SqliteStore };
      contestants.push(await open("before", other, folder));
    }
    const head = contestants.flatMap(({ name }) => [`${name} p50 ms`, "p95 ms"]);
    const rows = [["list", "hits", ...head], await reading(contestants, "all")];
    for (const [kind, query] of SEARCHES) rows.push(await reading(contestants, `${kind}: ${query}`, query));
    print(`Deno ${Deno.version.deno}, ${flags.conversations} conversations\n`);
    print(`${aligned(rows)}\n`);
    print(aligned(await writing(contestants)));
    for (const { store } of contestants) await store.close();
  } finally {
    if (flags.keep === undefined) await Deno.remove(folder, { recursive: true });
  }
}

async function open(name: string, Kind: typeof SqliteStore, folder: string): Promise<Contestant> {
  const file = join(folder, `${name}.db`);
  const there = await Deno.stat(file).then(() => true, () => false);
  let now = Date.now() - 1e9;
  const store = new Kind(file, () => now++);
  if (there) return { name, store, file, filling: undefined };
  const corpus = new Corpus();
  let turns = 0;
  const begun = performance.now();
  for (let left = Number(flags.conversations); left > 0; left -= BATCH) {
    const batch = new Map<string, TurnRecord[]>();
    while (batch.size < Math.min(BATCH, left)) batch.set(corpus.id(), corpus.conversation());
    await store.save(batch);
    for (const made of batch.values()) turns += made.length;
    // As long as answers come, a save takes in a bit of what has ended before.
    for (let more = 0; more < BATCH; more++) await store.save(new Map());
    await store.rename(batch.keys().next().value!, `Harbour ${left}`);
  }
  return { name, store, file, filling: turns / (performance.now() - begun) * 1_000 };
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

/** Answers that grow: how many saves of all of them a second, and how long one holds up the thread. */
async function writing(contestants: readonly Contestant[]): Promise<string[][]> {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { store }] of contestants.entries()) {
      const corpus = new Corpus(1_000 + round);
      const growing = new Map(Array.from({ length: GROWING }, () => {
        const whole = corpus.text(round % 4, 1_500);
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
        times[index]!.push(performance.now() - begun);
      }
    }
  }
  const sum = (all: number[] = []) => all.reduce((a, b) => a + b, 0);
  return [
    ["writing", "saves/s", "of ours", "p50 ms", "p99 ms", "most ms", "filled turns/s", "MB on disk"],
    ...await Promise.all(contestants.map(async ({ name, file, filling }, index) => {
      const all = times[index]!.toSorted(byNumber);
      return [
        `${name}, ${GROWING} answers at once`,
        (all.length / sum(all) * 1_000).toFixed(0),
        (sum(times[0]) / sum(all)).toFixed(2),
        ms(median(all)),
        ms(percentile(all, 0.99)),
        ms(all.at(-1) ?? NaN),
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
