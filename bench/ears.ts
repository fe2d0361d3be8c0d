/**
 * When she takes her turn and when she lets herself be interrupted, on a corpus that is made from a seed.
 *
 *     deno task bench:ears [--seed 2026] [--turns 300] [--overheard 250] [--known]
 *
 * `--known` takes the sentences with which the rules were made; without it, others.
 */
import { parseArgs } from "node:util";
import process from "node:process";
import { judge, type Judged } from "./ears_interruptions.ts";
import { type Heard, overheard } from "./ears_interruptions_corpus.ts";
import { KNOWN, UNKNOWN } from "./ears_texts.ts";
import { activityOf, bySilence, byTurnTaking, framesOf, runTurn, summaryOf, toFloats } from "./ears_turns.ts";
import { type Source, spokenTurns } from "./ears_turns_corpus.ts";
import { RATE } from "./ears_sounds.ts";
import { openVoices } from "./ears_voices.ts";
import { openSilero, type SileroKind } from "./silero.ts";
import { median, percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import { EndOfTurn, InterruptionJudge } from "@/lib/hearing/turn_taking/turn_taking.ts";
import { print } from "@/lib/telemetry/log.ts";

/** What an answer takes: 150 ms to the model's first token, 120 ms to the voice's first sound. */
const ANSWER_MS = 150 + 120;
/** How late words are where a recogniser takes its time, seconds. */
const LATE = 0.3;
const WANTED = {
  cut: 0.1,
  wait: 600,
  heard: [400, 700],
  begun: 1.5,
  caught: 0.95,
  falseStops: 0.1,
  frame: 60,
  atOnce: 0.99,
} as const;
/** Of a core, for one page that listens. */
const WANTED_LOAD: Record<SileroKind, number> = { native: 3, wasm: 10 };

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const ms = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(", ");

async function turnTaking(source: Source, count: number): Promise<boolean> {
  const silero = openSilero("native");
  const turns = await Array.fromAsync(spokenTurns(source, count), (turn) => ({
    turn,
    activity: activityOf(silero, toFloats(turn.samples)),
  }));
  const rows = [
    { name: "words and voice", decider: () => byTurnTaking(true) },
    { name: `words ${LATE * 1000} ms late`, decider: () => byTurnTaking(true), late: LATE },
    { name: "voice alone", decider: () => byTurnTaking(false) },
    { name: "silence of 300 ms", decider: () => bySilence(300) },
    { name: "silence of 600 ms", decider: () => bySilence(600) },
    { name: "silence of 1000 ms", decider: () => bySilence(1000) },
  ].map(({ name, decider, late = 0 }) => ({
    name,
    outcomes: turns.map(({ turn, activity }) => runTurn(turn, activity, decider(), late)),
  })).map((row) => ({ ...row, summary: summaryOf(row.outcomes, ANSWER_MS) }));
  const pauses = turns.reduce((sum, { turn }) => sum + turn.pauses.length, 0);
  print(
    `\nThe end of a turn: ${turns.length} turns, ${pauses} pauses to think of 0.3 to 1.5 s. The words are the true ones.`,
  );
  print("Times are from the end of speech, median and 95th percentile in ms; the answer takes 150 and 120 ms.\n");
  print(aligned([
    ["by", "cut off", "end is told", "answer is begun", "first sample", "begun a turn"],
    ...rows.map(({ name, summary: { cut, wait, begunAfter, heard, begun } }) => [
      name,
      percent(cut),
      ms(wait),
      ms(begunAfter),
      ms(heard),
      begun.toFixed(2),
    ]),
    ["wanted", percent(WANTED.cut), `${WANTED.wait}`, "", ms(WANTED.heard), String(WANTED.begun)],
  ]));
  const [{ outcomes, summary: { cut, wait, heard, begun } }] = rows as [typeof rows[number]];
  const kinds = Map.groupBy(outcomes, (_, index) => turns[index]!.turn.kind);
  print("\nBy words and voice, kind by kind; late are those of which the first sample comes after what is wanted:\n");
  print(aligned([
    ["kind", "turns", "pauses", "cut off", "first sample", "late", "begun a turn"],
    ...[...kinds].map(([kind, those]) => {
      const { cut, heard, begun, late } = summaryOf(those, ANSWER_MS, WANTED.heard[1]);
      const pauses = those.reduce((sum, one) => sum + one.pauses, 0);
      return [
        kind,
        `${those.length}`,
        `${pauses}`,
        pauses === 0 ? "" : percent(cut),
        ms(heard),
        `${late}`,
        begun.toFixed(2),
      ];
    }),
  ]));
  return cut <= WANTED.cut && wait[0] <= WANTED.wait && heard.every((value, i) => value <= WANTED.heard[i]!) &&
    begun <= WANTED.begun;
}

async function interruptions(source: Source, count: number): Promise<boolean> {
  const silero = openSilero("native");
  const cases = await Array.fromAsync(overheard(source, count), (one) => ({
    one,
    activity: activityOf(silero, toFloats(one.samples)),
    alone: activityOf(silero, one.alone),
  }));
  const judged = (hasWords: boolean) => cases.map(({ one, activity, alone }) => judge(one, activity, alone, hasWords));
  const [withWords, without] = [judged(true), judged(false)];
  print(
    `\nInterruptions: ${cases.length} times somebody, something or only she is heard while she speaks, her own voice`,
  );
  print("-6 to -30 dB and 20 to 250 ms late. Words come 200 ms after they are said.\n");
  const kinds: Heard[] = ["interruption", "command", "backchannel", "cough", "keys", "own"];
  const stopped = (all: readonly Judged[], of: readonly Heard[]) => {
    const those = all.filter((one) => of.includes(one.case.kind));
    return those.filter((one) => one.stopped).length / those.length;
  };
  const all = (of: (one: Judged) => number, list: readonly Judged[]) =>
    list.map(of).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  print(aligned([
    ["heard", "times", "stopped", "without words", "lowered after, ms", "stopped after, ms"],
    ...kinds.map((kind) => {
      const those = withWords.filter((one) => one.case.kind === kind);
      const spread = (of: (one: Judged) => number) => {
        const values = all(of, those);
        return kind === "own" || values.length === 0 ? "" : ms([median(values), percentile(values, 0.95)]);
      };
      return [
        kind,
        String(those.length),
        percent(stopped(withWords, [kind])),
        percent(stopped(without, [kind])),
        spread((one) => one.lowered),
        spread((one) => one.stoppedAfter),
      ];
    }),
  ]));
  const caught = stopped(withWords, ["interruption", "command"]);
  const falsely = stopped(withWords, ["backchannel", "cough", "keys"]);
  const own = withWords.filter((one) => one.case.kind === "own");
  const real = withWords.filter(({ case: { kind } }) => kind === "interruption" || kind === "command");
  const frames = all((one) => one.loweredAfterFrame, real);
  const samples = all((one) => one.lowered, real);
  const undecided = Math.max(...withWords.map((one) => one.undecided));
  const atOnce = frames.filter((value) => value <= WANTED.frame).length / frames.length;
  print("");
  print(aligned([
    ["measured", "with words", "without", "wanted"],
    [
      "interruptions caught",
      percent(caught),
      percent(stopped(without, ["interruption", "command"])),
      `>= ${percent(WANTED.caught, 0)}`,
    ],
    [
      "false stops",
      percent(falsely),
      percent(stopped(without, ["backchannel", "cough", "keys"])),
      `<= ${percent(WANTED.falseStops, 0)}`,
    ],
    [`stopped by herself, of ${own.length}`, count0(withWords), count0(without), "0"],
    ["lowered by herself", lowers(withWords), lowers(without), ""],
    [`low within ${WANTED.frame} ms of a voice's frame`, percent(atOnce), "", `>= ${percent(WANTED.atOnce, 0)}`],
    ["low after that frame, ms", ms([median(frames), percentile(frames, 0.95), frames.at(-1)!]), "", ""],
    ["lowered after its first sample, ms", ms([median(samples), percentile(samples, 0.95)]), "", ""],
    ["longest time to a verdict, ms", ms([undecided]), "", "500"],
    ["gap after a false one, ms", "0", "0", "50"],
  ]));
  print("After a false one she goes on where she is: she was not paused, but lower by 15 dB. A voice's frame is the");
  print("first 32 ms in which silero hears it alone, taken at their end: no frame comes before that.");
  return caught >= WANTED.caught && falsely <= WANTED.falseStops && stopped(withWords, ["own"]) === 0 &&
    atOnce >= WANTED.atOnce && undecided <= 500;
}

function count0(all: readonly Judged[]): string {
  return String(all.filter((one) => one.case.kind === "own" && one.stopped).length);
}

function lowers(all: readonly Judged[]): string {
  return String(all.filter((one) => one.case.kind === "own" && one.verdicts.length > 0).length);
}

/** What a page that listens costs, all of it in this process, as she speaks all the time. */
async function load(source: Source): Promise<boolean> {
  const sounds = await Array.fromAsync(overheard({ ...source, seed: source.seed + 1 }, 20));
  const rows = (["native", "wasm"] as const).map((kind) => {
    const silero = openSilero(kind);
    const [turns, judge] = [new EndOfTurn(), new InterruptionJudge()];
    const spent = { silero: 0, turns: 0 };
    let seconds = 0;
    const round = () => {
      for (const { samples, playing } of sounds) {
        const given = framesOf(playing);
        const heard = framesOf(toFloats(samples));
        const activity = measured(spent, "silero", () => heard.map((frame) => silero.accept(frame)));
        measured(spent, "turns", () =>
          heard.forEach((frame, index) => {
            turns.frame(frame, activity[index]!);
            judge.frame(frame, given[index]!, activity[index]!);
          }));
        seconds += heard.length * heard[0]!.length / RATE;
      }
    };
    round();
    [spent.silero, spent.turns, seconds] = [0, 0, 0];
    round();
    return { kind, silero: spent.silero / seconds, turns: spent.turns / seconds };
  });
  print("\nOf a core, for one page that listens while she speaks:\n");
  print(aligned([
    ["silero", "voice activity", "turn taking", "together", "wanted"],
    ...rows.map(({ kind, silero, turns }) => [
      kind,
      percent(silero),
      percent(turns),
      percent(silero + turns),
      `<= ${WANTED_LOAD[kind]} %`,
    ]),
  ]));
  return rows.every(({ kind, silero, turns }) => 100 * (silero + turns) <= WANTED_LOAD[kind]);
}

/** Adds the seconds of processor that something takes. */
function measured<Key extends string, T>(spent: Record<Key, number>, key: Key, work: () => T): T {
  const before = process.cpuUsage();
  const done = work();
  const { user, system } = process.cpuUsage(before);
  spent[key] += (user + system) / 1e6;
  return done;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seed: { type: "string", default: "2026" },
      turns: { type: "string", default: "300" },
      overheard: { type: "string", default: "250" },
      known: { type: "boolean", default: false },
    },
  });
  using voices = openVoices();
  const source: Source = { seed: Number(values.seed), texts: values.known ? KNOWN : UNKNOWN, say: voices.say };
  const oks = [
    await turnTaking(source, Number(values.turns)),
    await interruptions(source, Number(values.overheard)),
    await load(source),
  ];
  const ok = oks.every(Boolean);
  print(ok ? "\nAll is as wanted." : "\nNot all is as wanted.");
  if (!ok) Deno.exitCode = 1;
}
