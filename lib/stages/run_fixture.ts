/** For tests: runs an answer through stages, and gathers what comes out. */
import { assert } from "@std/assert";
import type { Stage, TurnEvent } from "./events.ts";
import { pipeline } from "./pipeline.ts";

export interface Outcome {
  text: string;
  thinking: string;
  /** Each as `happy 0.5 @12`. */
  emotions: string[];
}

/**
 * @param stages new ones for each answer
 * @param gap stands where something was taken out of the text; by default it is not shown
 */
export function outcomeOf(pieces: readonly string[], stages: readonly Stage[], gap = ""): Outcome {
  const outcome: Outcome = { text: "", thinking: "", emotions: [] };
  let latest = 0;
  const emit = pipeline(stages.map((stage) => () => stage), (event: TurnEvent) => {
    switch (event.type) {
      case "text":
        assert(event.data !== "", "no empty pieces are given out");
        outcome.text += event.data;
        break;
      case "thinking":
        outcome.thinking += event.data;
        break;
      case "emotion":
        assert(latest <= event.at && event.at <= outcome.text.length);
        latest = event.at;
        outcome.emotions.push(`${event.name} ${event.intensity} @${event.at}`);
        break;
      case "gap":
        outcome.text += gap;
        break;
      case "retract":
        outcome.thinking += outcome.text;
        outcome.text = "";
        outcome.emotions = [];
        latest = 0;
        break;
    }
  });
  for (const data of pieces) emit({ type: "text", data });
  emit({ type: "end", reason: "stop" });
  return outcome;
}
