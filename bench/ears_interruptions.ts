/** What the judge of interruptions says of what is overheard, on the clock of the samples. */
import { FRAME } from "./silero.ts";
import type { Overheard } from "./ears_interruptions_corpus.ts";
import { type Activity, framesOf, toFloats } from "./ears_turns.ts";
import { RATE } from "./ears_sounds.ts";
import { InterruptionJudge } from "@/lib/hearing/turn_taking/turn_taking.ts";
import type { Verdict } from "@/lib/protocol/hearing.ts";

/** What was said of one case. Times are ms. */
export interface Judged {
  case: Overheard;
  verdicts: readonly { verdict: Verdict; at: number }[];
  stopped: boolean;
  /** From the first sample of somebody else to when her voice was lowered; NaN where it was not. */
  lowered: number;
  /**
   * From the end of the first frame of 32 ms in which voice activity hears that one, were there no other sound, to when
   * her voice was low; negative where that was before. Infinite where it was not, and where it was only as she took that
   * one for herself.
   */
  loweredAfterFrame: number;
  /** And to when she was stopped; NaN where she was not. */
  stoppedAfter: number;
  /** The longest time from lowering to a verdict. */
  undecided: number;
}

/** Seconds from a word's end to when a recogniser tells it. */
const RECOGNISED_AFTER = 0.2;

/**
 * @param activity whether somebody speaks in what the microphone hears
 * @param alone whether somebody else does
 */
export function judge(overheard: Overheard, activity: Activity, alone: Activity, hasWords: boolean): Judged {
  const judge = new InterruptionJudge();
  const verdicts: { verdict: Verdict; at: number }[] = [];
  const given = framesOf(overheard.playing);
  let told = "";
  framesOf(toFloats(overheard.samples)).forEach((heard, index) => {
    const at = (index + 1) * FRAME / RATE;
    const note = (verdict: Verdict | undefined) => verdict && verdicts.push({ verdict, at: at * 1000 });
    // She is silent once she was stopped, and the rest is no interruption.
    if (verdicts.at(-1)?.verdict === "stop") return;
    note(judge.frame(heard, given[index]!, activity[index] ?? false));
    const words = hasWords ? wordsAt(overheard, at - RECOGNISED_AFTER) : "";
    if (words !== told) note(judge.words(told = words));
  });
  return judgedOf(overheard, alone, verdicts);
}

function wordsAt({ from, to, words }: Overheard, at: number): string {
  if (at >= to) return words;
  return at < from ? "" : words.slice(0, Math.floor(words.length * (at - from) / (to - from))).replace(/\s*\S*$/, "");
}

function judgedOf(overheard: Overheard, alone: Activity, verdicts: Judged["verdicts"]): Judged {
  const from = overheard.from * 1000;
  const after = (wanted: Verdict) =>
    (verdicts.find(({ verdict, at }) => verdict === wanted && at > from)?.at ?? NaN) - from;
  const firstHeard = alone.includes(true) ? alone.indexOf(true) + 1 : NaN;
  const waits = verdicts.flatMap(({ verdict, at }, index) =>
    verdict === "lower" ? [(verdicts[index + 1]?.at ?? NaN) - at] : []
  );
  return {
    case: overheard,
    verdicts,
    stopped: verdicts.some(({ verdict }) => verdict === "stop"),
    lowered: after("lower"),
    loweredAfterFrame: lowFrom(verdicts, from) - firstHeard * FRAME * 1000 / RATE,
    stoppedAfter: after("stop"),
    undecided: Math.max(0, ...waits.filter((ms) => !Number.isNaN(ms))),
  };
}

/** When her voice is low first from a time on. What began before counts where it is not taken for herself. */
function lowFrom(verdicts: Judged["verdicts"], from: number): number {
  const isLow = verdicts.flatMap(({ verdict, at }, index) => {
    const next = verdicts[index + 1];
    if (verdict !== "lower" || next !== undefined && next.at <= from) return [];
    return at <= from && next?.verdict === "echo" ? [] : [Math.max(at, from)];
  });
  return isLow[0] ?? Infinity;
}
