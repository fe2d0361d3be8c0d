/**
 * How soon a voice is heard, whether it ever stops between two sentences, and what it costs the server.
 * `deno task bench:voice [--answers 12]`
 */
import { parseArgs } from "node:util";
import { startOurs } from "./contestants.ts";
import { Listener } from "./listener.ts";
import { endWithThisProcess, type RunningProgram } from "./processes.ts";
import { HEARD } from "./spoken_corpus.ts";
import { median } from "./stats.ts";
import { aligned } from "./table.ts";
import { print } from "@/lib/telemetry/log.ts";
import { FliteEngine } from "@/lib/voice/flite/flite.ts";
import { startStub } from "../tests/stub_ollama.ts";

const { values } = parseArgs({ options: { answers: { type: "string", default: "12" } } });
const ANSWERS = Number(values.answers);
/** Of the language model. */
const TOKENS_A_SECOND = 30;
/** A token of English is about so many letters. */
const TOKEN = /\s?\S{1,5}/g;
/** Sentences of an answer, and of one that is long enough to measure a processor by. */
const SENTENCES = 4;
const MANY_SENTENCES = 9;
const CONVERSATIONS = 3;

const WANTED = { ms: 300, ratio: 1.3, gaps: 0 };

/** An answer, each with another beginning, whose first clause is said by itself. */
function answerOf(number: number, sentences: number): string {
  const said = Array.from({ length: sentences }, (_, index) => HEARD[(number * sentences + index) % HEARD.length]!);
  return `Well, this is number ${number}, ${said.join(" ")}`;
}

/** Milliseconds until flite itself has the sound of a text, when nothing else is to be done. */
async function ownTime(engine: FliteEngine, text: string): Promise<number> {
  const began = performance.now();
  await engine.synthesise({ text, language: "en", rate: 1, pitch: 1 }, { signal: AbortSignal.timeout(60_000) });
  return performance.now() - began;
}

interface First {
  /** From the end of the first clause's text, ms. */
  text: number;
  /** From when the server told the clause, which takes the next word. */
  clause: number;
  /** Flite's own time. */
  own: number;
  gaps: number;
}

async function measureFirst(socketUrl: string, ask: (answer: string) => void): Promise<First[]> {
  using engine = new FliteEngine();
  await ownTime(engine, "Once before, so that everything is loaded.");
  const all: First[] = [];
  for (let number = 0; number < ANSWERS; number++) {
    ask(answerOf(number, SENTENCES));
    const heard = await Listener.hear(socketUrl, "Hello");
    all.push({
      text: heard.soundAt - heard.textAt,
      clause: heard.soundAt - heard.clauseAt,
      own: await ownTime(engine, heard.clause),
      gaps: heard.gaps,
    });
  }
  return all;
}

/** The share of one processor that the server takes while answers are given, spoken or not, in percent. */
async function load(server: RunningProgram, socketUrl: string, speaks: boolean): Promise<number> {
  const [before, began] = [await server.cpuSeconds(), performance.now()];
  await Promise.all(Array.from({ length: CONVERSATIONS }, () => Listener.hear(socketUrl, "Hello", speaks)));
  return 100 * (await server.cpuSeconds() - before) / ((performance.now() - began) / 1_000);
}

async function main(): Promise<boolean> {
  const dataDir = await Deno.makeTempDir({ prefix: "vtuber-voice-" });
  try {
    let answer: string[] = [];
    const ask = (text: string) => answer = text.match(TOKEN) ?? [];
    await using stub = startStub({ behaviour: () => ({ answer, rate: TOKENS_A_SECOND }) });
    await using server = await startOurs(stub.url, dataDir, { VTUBER_VOICE_ENGINE: "flite" });
    const socketUrl = `${server.url.replace("localhost", "127.0.0.1").replace("http:", "ws:").replace(/\/$/, "")}/ws`;
    const all = await measureFirst(socketUrl, ask);
    const of = (what: keyof First) => median(all.map((one) => one[what]));
    const gaps = all.reduce((sum, one) => sum + one.gaps, 0);
    ask(answerOf(0, MANY_SENTENCES));
    const spoken = await load(server, socketUrl, true);
    const silent = await load(server, socketUrl, false);
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    print(aligned([
      ["measured", "median", "slowest", "wanted"],
      ["first clause's text to its first sample", ms(of("text")), ms(worst(all, "text")), `${WANTED.ms} ms`],
      ["told clause to its first sample", ms(of("clause")), ms(worst(all, "clause")), ""],
      ["flite alone, the same clause", ms(of("own")), ms(worst(all, "own")), ""],
      ["told clause, of flite alone", ratio(of("clause") / of("own")), "", ""],
      ["text, of flite alone", ratio(of("text") / of("own")), "", String(WANTED.ratio)],
      [`gaps between sentences, ${all.length} answers`, String(gaps), "", String(WANTED.gaps)],
      [`server, ${CONVERSATIONS} conversations speak`, `${spoken.toFixed(0)} %`, "", ""],
      [`server, the same unspoken`, `${silent.toFixed(0)} %`, "", ""],
    ]));
    return of("text") <= WANTED.ms && of("text") / of("own") <= WANTED.ratio && gaps === WANTED.gaps;
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

function worst(all: readonly First[], what: keyof First): number {
  return Math.max(...all.map((one) => one[what]));
}

function ratio(value: number): string {
  return value.toFixed(2);
}

if (import.meta.main) {
  endWithThisProcess();
  const ok = await main();
  print(ok ? "\nAll is as wanted." : "\nNot all is as wanted.");
  if (!ok) Deno.exitCode = 1;
}
