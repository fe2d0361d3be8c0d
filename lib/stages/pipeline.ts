/** Connects the stages of a turn. */
import type { Emit, Stage, TurnEvent } from "./events.ts";
import { report } from "@/lib/telemetry/guard.ts";

/**
 * Makes one function of stages, in their order. A stage that throws, or cannot be made, is left out from then on, and no
 * text is lost.
 *
 * @param makers each makes one of the stages
 * @param out gets what comes out at the end; it must not throw
 */
export function pipeline(makers: readonly (() => Stage)[], out: Emit): Emit {
  return makers.reduceRight((next, make) => {
    try {
      return whileItWorks(next, make());
    } catch (error) {
      report("make a stage of an answer", error);
      return next;
    }
  }, out);
}

function whileItWorks(next: Emit, stage: Stage): Emit {
  let works = true;
  return (event: TurnEvent) => {
    if (!works) return next(event);
    try {
      stage.take(event, next);
    } catch (error) {
      works = false;
      report(stage.doing, error);
      const rest = stage.rest();
      if (rest !== "") next({ type: "text", data: rest });
      // Text is in the rest; anything else a stage gives out last, so that it has not been given out yet.
      if (event.type !== "text") next(event);
    }
  };
}
