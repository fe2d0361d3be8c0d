import { EMOTIONS } from "@/lib/protocol/emotions.ts";

/** Asks a language model to mark its feelings, in the words that `MarkParser` takes out again. */
export function feelingInstructions(): string {
  const marks = [...EMOTIONS, "neutral"].map((emotion) => `[${emotion}]`).join(" ");
  return `Show how you feel with marks in square brackets: ${marks}. ` +
    "Begin every answer with one of them, and put another one wherever your feeling changes, right before the sentence " +
    "it belongs to, such as: [happy] There you are! [thinking] Now, where were we? " +
    "A number from 0 to 1 makes a feeling weaker or stronger: [sad:0.4]. " +
    "Write the marks in English whatever language you speak, use no others, and never talk about them.";
}
