/** How often somebody who thinks is cut off, and how long one who has ended waits. */
import { FRAME } from "./silero.ts";
import type { SpokenTurn } from "./ears_turns_corpus.ts";
import { RATE } from "./ears_sounds.ts";
import { median, percentile } from "./stats.ts";
import type { Detector } from "@/lib/hearing/sherpa/bindings.ts";
import { EndOfTurn, type TurnEvent } from "@/lib/hearing/turn_taking/turn_taking.ts";

/** Whether somebody speaks, frame after frame. */
export type Activity = readonly boolean[];

/** What became of a turn. */
export interface Outcome {
  /** Pauses in which it was taken for over. */
  cut: number;
  pauses: number;
  /** ms from its end to when that was told; NaN where it never was. */
  waited: number;
  /** Answers that were begun. */
  begun: number;
  /** ms from its end to when an answer was begun that was released; NaN where the end itself began it. */
  begunAfter: number;
}

/** Tells of each frame whether the turn is over, and whether an answer is begun. */
type Decider = (samples: Float32Array, speech: boolean, words: string) => TurnEvent | undefined;

export function activityOf(silero: Detector, samples: Float32Array): Activity {
  silero.reset();
  return framesOf(samples).map((frame) => silero.accept(frame));
}

/** The same number of samples each, without the rest. */
export function framesOf(samples: Float32Array): Float32Array[] {
  return Array.from(
    { length: Math.floor(samples.length / FRAME) },
    (_, i) => samples.slice(i * FRAME, (i + 1) * FRAME),
  );
}

export function toFloats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (one) => one / 32768);
}

/** By words and voice, or by the voice alone. */
export function byTurnTaking(hasWords: boolean, patience = 1): Decider {
  const turns = new EndOfTurn({ patience });
  let told = "";
  return (samples, speech, words) => {
    if (hasWords && words !== told) turns.words(told = words);
    return turns.frame(samples, speech);
  };
}

/** By nothing but silence. */
export function bySilence(ms: number): Decider {
  let silent = -Infinity;
  return (samples, speech) => {
    silent = speech ? 0 : silent + samples.length * 1000 / RATE;
    if (silent < ms) return undefined;
    silent = -Infinity;
    return "end";
  };
}

/** One turn, on the clock of its samples. */
export function runTurn(turn: SpokenTurn, activity: Activity, decide: Decider, lateness = 0): Outcome {
  const cut = new Set<number>();
  let [waited, begun, begunAt, begunAfter] = [NaN, 0, NaN, NaN];
  framesOf(toFloats(turn.samples)).forEach((frame, index) => {
    const at = (index + 1) * FRAME / RATE;
    const event = decide(frame, activity[index] ?? false, wordsAt(turn, at - lateness));
    if (event === "pause") [begun, begunAt] = [begun + 1, at];
    if (event === "resume") begunAt = NaN;
    if (event !== "end") return;
    const pause = turn.pauses.findIndex(({ from, to }) => at > from && at < to + 0.1);
    if (pause >= 0) cut.add(pause);
    else if (at > turn.end && Number.isNaN(waited)) {
      waited = (at - turn.end) * 1000;
      begunAfter = (begunAt - turn.end) * 1000;
    }
  });
  return { cut: cut.size, pauses: turn.pauses.length, waited, begun, begunAfter };
}

/** The words that are complete at a time: those of a recogniser that keeps up. Within a part they come evenly. */
function wordsAt({ start, pauses, end, words }: SpokenTurn, at: number): string {
  const parts = [...pauses.map((pause) => ({ ...pause })), { from: end, to: Infinity, words }];
  let [begun, said] = [start, ""];
  for (const { from, to, words } of parts) {
    if (at >= from && at < to) return words;
    if (at < from) {
      const share = Math.max(0, (at - begun) / (from - begun));
      const more = words.slice(said.length);
      return said + more.slice(0, Math.floor(share * more.length)).replace(/\s*\S*$/, "");
    }
    [begun, said] = [to, words];
  }
  return words;
}

export interface Summary {
  /** Share of the thinking pauses in which the speaker was cut off. */
  cut: number;
  /** ms from the end of speech: the middle, and what 95 of 100 do not exceed. */
  wait: readonly [number, number];
  /** Answers begun for each turn. */
  begun: number;
  /** ms from the end of speech to when the answer was begun. */
  begunAfter: readonly [number, number];
  /** ms from the end of speech to the first sample of the answer. */
  heard: readonly [number, number];
  /** Turns of which it comes later than that, or never. */
  late: number;
}

/**
 * @param answerMs how long an answer takes from when it is begun to its first sample
 * @param lateMs from when on its first sample comes late
 */
export function summaryOf(outcomes: readonly Outcome[], answerMs: number, lateMs = Infinity): Summary {
  const sum = (of: (one: Outcome) => number) => outcomes.reduce((all, one) => all + of(one), 0);
  const spread = (of: (one: Outcome) => number): [number, number] => {
    const sorted = outcomes.map(of).filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
    return [median(sorted), percentile(sorted, 0.95)];
  };
  const begunAfter = ({ waited, begunAfter }: Outcome) => Number.isNaN(begunAfter) ? waited : begunAfter;
  const heard = (one: Outcome) => Math.max(one.waited, begunAfter(one) + answerMs);
  return {
    cut: sum(({ cut }) => cut) / sum(({ pauses }) => pauses),
    wait: spread(({ waited }) => waited),
    begun: sum(({ begun }) => Math.max(1, begun)) / outcomes.length,
    begunAfter: spread(begunAfter),
    heard: spread(heard),
    late: outcomes.filter((one) => !(heard(one) <= lateMs)).length,
  };
}
