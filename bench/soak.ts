/**
 * 10,000 turns over sockets that come and go, in both protocols, and what the server's memory does meanwhile.
 * Ends with exit code 1 when memory grows. `deno run -A bench/soak.ts [--turns 10000]`
 */
import { parseArgs } from "node:util";
import { startOurs, startStubProgram } from "./contestants.ts";
import { promptOf } from "./plan.ts";
import { endWithThisProcess } from "./processes.ts";
import { openSocket } from "./readers.ts";
import { median } from "./stats.ts";
import { aligned } from "./table.ts";
import { print, warn } from "@/lib/telemetry/log.ts";
import { synthetic } from "../tests/stub/knobs.ts";

const { values } = parseArgs({ options: { turns: { type: "string", default: "10000" } } });
const TURNS = Number(values.turns);
/** Sockets at once. */
const SOCKETS = 20;
/** Turns of one conversation, before its page goes and another one comes. */
const TURNS_EACH = 5;
const TOKENS = 30;
const SAMPLES = 20;
/** Growth from the second quarter of the turns to the last one that is no noise of the collector, bytes. */
const TOLERANCE = 16 * 1024 * 1024;

interface Sample {
  turns: number;
  rss: number;
  heap: number;
  sessions: number;
}

/** Returns whether memory stayed flat. */
async function soak(): Promise<boolean> {
  const dataDir = await Deno.makeTempDir({ prefix: "vtuber-soak-" });
  try {
    await using stub = await startStubProgram();
    await using ours = await startOurs(stub.url, dataDir, {
      // Sessions are let go of as soon as may be: by default they would all wait for their pages to the end.
      VTUBER_LIMITS_SESSION_SECONDS: "1",
      // In a large heap garbage may lie for many turns, and looks like a leak.
      DENO_V8_FLAGS: "--max-old-space-size=64",
    });
    const url = ours.url.replace("localhost", "127.0.0.1");
    const samples: Sample[] = [await sample(url, 0)];
    const began = performance.now();
    let left = TURNS;
    let done = 0;
    let due = TURNS / SAMPLES;
    const visitor = async (number: number) => {
      while (left > 0) {
        const turns = Math.min(TURNS_EACH, left);
        left -= turns;
        await visit(number % 2 === 0 ? "plain" : "v2", `${url.replace("http:", "ws:")}/ws`, turns);
        done += turns;
        if (done < due) continue;
        due += TURNS / SAMPLES;
        samples.push(await sample(url, done));
      }
    };
    await Promise.all(Array.from({ length: SOCKETS }, (_, number) => visitor(number)));
    const seconds = (performance.now() - began) / 1_000;
    print(tableOf(samples));
    const verdicts = (["rss", "heap"] as const).map((field) => judge(samples, field));
    print(`\n${TURNS} turns in ${seconds.toFixed(0)} s; ${verdicts.map(({ text }) => text).join("; ")}`);
    const flat = verdicts.every((verdict) => verdict.flat);
    if (!flat) warn("Memory grows with the turns");
    return flat;
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

const PROMPT = promptOf({ tokens: TOKENS, rate: 0, stamp: false });
const ANSWER = Array.from({ length: TOKENS }, (_, index) => synthetic(index)).join("").trim();
const decoder = new TextDecoder();

/** One client's visit. The session of a page is left behind. */
async function visit(way: "plain" | "v2", url: string, turns: number): Promise<void> {
  const socket = await openSocket(way, url);
  let text = "";
  let asked = 0;
  const ask = () => {
    const turn = `t${++asked}`;
    return socket.send(JSON.stringify(way === "v2" ? { type: "prompt", turn, text: PROMPT } : { prompt: PROMPT }));
  };
  await ask();
  await socket.read((payload) => {
    const frame = JSON.parse(decoder.decode(payload)) as { type: string; data?: string };
    if (frame.type === "error") throw new Error(`A turn failed: ${JSON.stringify(frame)}`);
    if (frame.type === "chunk") text += frame.data;
    if (frame.type !== "end") return;
    if (text.trim() !== ANSWER) throw new Error(`An answer is not whole: ${text}`);
    text = "";
    if (asked === turns) socket.close();
    else void ask();
  });
  if (asked < turns) throw new Error(`The server closed a socket ${turns - asked} turns before its end`);
}

async function sample(url: string, turns: number): Promise<Sample> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
  return {
    turns,
    rss: read("process_resident_memory_bytes"),
    heap: read("process_heap_bytes"),
    sessions: read("vtuber_sessions"),
  };
}

function tableOf(samples: readonly Sample[]): string {
  const rows = samples.map(({ turns, rss, heap, sessions }) =>
    [turns, rss / 1024 / 1024, heap / 1024 / 1024, sessions].map((value) => value.toFixed(0))
  );
  return aligned([["turns", "RSS MB", "heap MB", "sessions"], ...rows]);
}

/** Compares the second quarter of the turns, when all is warm, with the last one. */
function judge(samples: readonly Sample[], field: "rss" | "heap"): { flat: boolean; text: string } {
  const between = (from: number, to: number) =>
    median(samples.filter(({ turns }) => turns > from * TURNS && turns <= to * TURNS).map((one) => one[field]));
  const growth = between(0.75, 1) - between(0.25, 0.5);
  const flat = growth < TOLERANCE;
  return { flat, text: `${field} ${growth < 0 ? "" : "+"}${(growth / 1024 / 1024).toFixed(1)} MB` };
}

endWithThisProcess();
Deno.exitCode = await soak() ? 0 : 1;
