import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cadence, Melody } from "./melody.ts";
import { pitchOf, pitchSamples } from "./pitch.ts";
import { framesOf, hiss, joined, RATE, silence, vowel } from "./voice_fixture.ts";

Deno.test("pitchOf() finds the pitch of a vowel, not its octave, and none in breath or silence", () => {
  const ms = pitchSamples(RATE) * 1000 / RATE + 1;
  for (const hz of [80, 125, 220, 390]) {
    const pitch = pitchOf(vowel(ms, hz), RATE);
    assertAlmostEquals(pitch.hz, hz, hz / 100);
    assertEquals(pitch.clarity > 0.9, true, `${hz} Hz: ${pitch.clarity}`);
  }
  assertEquals([pitchOf(hiss(ms), RATE).clarity < 0.5, pitchOf(silence(ms), RATE)], [true, { hz: 0, clarity: 0 }]);
});

function cadenceOf(speech: boolean, ...sounds: Float32Array[]): Cadence {
  const melody = new Melody();
  for (const frame of framesOf(joined(...sounds))) melody.frame(frame, speech);
  return melody.cadence;
}

Deno.test("Melody.cadence tells a voice that has come down from one that asks, hangs in the air, or has hardly spoken", () => {
  const before = vowel(800, 150, 120);
  assertEquals(
    [
      cadenceOf(true, before, vowel(160, 105, 90)),
      cadenceOf(true, before, vowel(160, 170, 230)),
      cadenceOf(true, before, vowel(160, 135)),
      cadenceOf(true, vowel(160, 135)),
      cadenceOf(false, before, vowel(160, 105, 90)),
    ],
    ["final", "asking", "level", "unknown", "unknown"],
  );
});
