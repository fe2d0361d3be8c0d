import { assert, assertEquals } from "@std/assert";
import { openness, SilentSpeech } from "./silent_speech.ts";

Deno.test("openness() is wide for a, none for a pause, and little for a consonant", () => {
  assertEquals([openness("a"), openness("あ"), openness("."), openness(" "), openness("、")], [1, 1, 0, 0, 0]);
  assert(openness("t") < openness("e") && openness("e") < openness("a"));
});

/** Seconds until a speech is over, in frames of 1/60; at most 60. */
function duration(speech: SilentSpeech): number {
  for (let frames = 0; frames < 3600; frames++) if (speech.next(1 / 60) === null) return frames / 60;
  return Infinity;
}

Deno.test("SilentSpeech takes about as long as a person for a short sentence", () => {
  const speech = new SilentSpeech();
  speech.feed("t", "How are you today");
  const seconds = duration(speech);
  assert(seconds > 0.6 && seconds < 2.5, `${seconds}`);
});

Deno.test("SilentSpeech never lags far behind a fast stream, and hurries when it has ended", () => {
  const speech = new SilentSpeech();
  speech.feed("t", "word ".repeat(1000));
  speech.feed("t", null);
  assert(duration(speech) < 4);
});

Deno.test("SilentSpeech forgets a turn when another begins", () => {
  const speech = new SilentSpeech();
  speech.feed("one", "a".repeat(500));
  speech.feed("two", "");
  assertEquals(speech.next(1), null);
});
