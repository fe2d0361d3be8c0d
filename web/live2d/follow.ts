import { effect } from "@preact/signals";
import { FeelingQueue, heardLength } from "./feeling_queue.ts";
import type { Stage } from "./stage.ts";
import { activity, feelings, heard, mouthPose, speech } from "@/web/presence/presence.ts";

/** What follows. */
export type Follower = Pick<Stage, "think" | "speak" | "lipSync" | "feel">;

/**
 * Lets the character follow the conversation; a new one on the stage takes up where the old one was. Where an answer is
 * spoken, what is heard counts, and text where it is not.
 *
 * @param shows counts the characters that came onto the stage; 0 while there is none
 * @returns what ends it
 */
export function follow(stage: Follower, shows: { value: number }): (() => void)[] {
  const queue = new FeelingQueue((name, intensity) => stage.feel(name, intensity));
  let turn = "";
  /** What there is of the turn's text; it stays when no more comes, for it may be heard long after. */
  let text = "";
  /** The turn that has been spoken: what of it was not heard is not felt when it has been stopped. */
  let aloud: string | null = null;
  return [
    effect(() => {
      if (shows.value > 0) stage.think(activity.value === "thinking");
    }),
    effect(() => {
      if (shows.value === 0) return;
      if (speech.value !== null) ({ turn, text } = speech.value);
      const heardNow = heard.value;
      if (heardNow?.turn === turn) aloud = turn;
      stage.speak(turn, heardNow?.turn === turn ? null : speech.value?.text ?? null);
      if (heardNow !== null && (heardNow.turn === turn || mouthPose.value !== null)) {
        queue.reach(heardNow.turn, heardLength(heardNow.turn === turn ? text : "", heardNow.to));
      } else if (speech.value !== null) queue.reach(turn, text.length);
      else if (aloud !== turn) queue.reach(turn, Infinity);
    }),
    effect(() => {
      if (shows.value > 0) stage.lipSync(mouthPose.value);
    }),
    effect(() => {
      if (feelings.value !== null) queue.add(feelings.value);
    }),
  ];
}
