import { assertEquals } from "@std/assert";
import { EndOfTurn } from "./end_of_turn.ts";
import { framesOf, joined, silence, vowel } from "./voice_fixture.ts";

/** A voice that comes down to its lowest, and one that hangs in the air. */
const FALLING = joined(vowel(800, 150, 120), vowel(160, 105, 90));
const LEVEL = joined(vowel(800, 150, 120), vowel(160, 135));
const FRAME_MS = 32;

/** What comes of a voice and the silence behind it: each event, with ms from when the voice has ended. */
function after(voice: Float32Array, words: string | undefined, patience = 1, more = silence(0)): string[] {
  const turns = new EndOfTurn({ patience });
  if (words !== undefined) turns.words(words);
  for (const frame of framesOf(silence(320))) turns.frame(frame, false);
  const frames = [...framesOf(voice), ...framesOf(silence(384)), ...framesOf(more), ...framesOf(silence(3840))];
  const spoken = Math.floor(voice.length / 512);
  return frames.flatMap((frame, index) => {
    const event = turns.frame(frame, frame.some((sample) => sample !== 0));
    return event === undefined ? [] : [`${event} ${(index + 1 - spoken) * FRAME_MS}`];
  });
}

Deno.test("EndOfTurn ends by words and voice: soon where both have ended, late where more must come", () => {
  const whole = "I went to the market yesterday";
  assertEquals(after(FALLING, whole), ["pause 96", "end 352"]);
  assertEquals(after(LEVEL, whole), ["pause 192", "end 640"]);
  assertEquals(after(FALLING, "the red"), ["pause 192", "end 640"]);
  assertEquals(after(LEVEL, "the red"), ["pause 1408", "end 1728"]);
  assertEquals(after(FALLING, "I went to the market and"), ["pause 1408", "end 1728"]);
});

Deno.test("EndOfTurn goes by the voice where there are no words", () => {
  assertEquals([after(FALLING, undefined), after(LEVEL, undefined)], [["pause 192", "end 640"], [
    "pause 1408",
    "end 1728",
  ]]);
});

Deno.test("EndOfTurn scales with patience", () => {
  const whole = "I went to the market yesterday";
  assertEquals([after(FALLING, whole, 2), after(FALLING, whole, 0.5)], [["pause 192", "end 704"], [
    "pause 64",
    "end 192",
  ]]);
});

Deno.test("EndOfTurn drops what was begun where the speaker goes on, and ends once", () => {
  // 384 ms of silence are less than 640.
  assertEquals(after(LEVEL, "I went to the market yesterday", 1, vowel(320, 135)), [
    "pause 192",
    "resume 416",
    "pause 896",
    "end 1344",
  ]);
});

Deno.test("EndOfTurn takes a click for no turn", () => {
  assertEquals(after(vowel(64, 150), undefined), []);
});

Deno.test("EndOfTurn forgets a turn that was ended otherwise, and takes late words into account", () => {
  const turns = new EndOfTurn();
  for (const frame of framesOf(FALLING)) turns.frame(frame, true);
  assertEquals(turns.silenceMs, 640);
  turns.words("I went to the market yesterday");
  assertEquals(turns.silenceMs, 350);
  turns.words("I went to the market and");
  assertEquals(turns.silenceMs, 1700);
  turns.reset();
  assertEquals(turns.silenceMs, 640);
  assertEquals(framesOf(silence(4000)).flatMap((frame) => turns.frame(frame, false) ?? []), []);
});
