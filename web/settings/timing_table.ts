/** The timings of the last turns as a table has them. */
import { quantile } from "@/lib/quantile.ts";
import { TURN_STAGES, type TurnStage, type TurnTiming } from "@/lib/protocol/calls.ts";

/** One part of a turn's bar: from one stage to the next, as shares of the longest turn, from 0 to 1. */
export interface BarPart {
  stage: TurnStage;
  share: number;
}

/** What a turn's time went into. A stage that it has not come to has no part. */
export function barOf({ seconds }: TurnTiming, longest: number): BarPart[] {
  let before = 0;
  return TURN_STAGES.flatMap((stage) => {
    const until = seconds[stage];
    if (until === undefined || longest <= 0) return [];
    // A sound may have begun before the text that follows was there.
    const share = Math.max(0, until - before) / longest;
    before = Math.max(before, until);
    return [{ stage, share }];
  });
}

/** Seconds of the longest turn; 0 where there is none. */
export function longestOf(timings: readonly TurnTiming[]): number {
  return Math.max(0, ...timings.flatMap(({ seconds }) => Object.values(seconds)));
}

/** The quantile of each stage that a turn has come to; `share` as for `quantile()`. */
export function quantiles(timings: readonly TurnTiming[], share: number): TurnTiming["seconds"] {
  return Object.fromEntries(TURN_STAGES.flatMap((stage) => {
    const sorted = timings.flatMap(({ seconds }) => seconds[stage] ?? []).toSorted((a, b) => a - b);
    const value = quantile(sorted, share);
    return value === undefined ? [] : [[stage, value]];
  }));
}
