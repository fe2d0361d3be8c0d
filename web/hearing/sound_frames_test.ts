import { assert, assertEquals } from "@std/assert";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { FRAME_SAMPLES, loudness, type SoundFrame, SoundFrames } from "./sound_frames.ts";

/** Frames of a tone that comes as browsers give it, 128 samples at a time. */
function framesOf(hertz: number, rate: number, seconds: number): SoundFrame[] {
  const frames = new SoundFrames(rate);
  const all: SoundFrame[] = [];
  for (let at = 0; at + 128 <= seconds * rate; at += 128) {
    all.push(...frames.push(Float32Array.from({ length: 128 }, (_, i) => {
      return 0.5 * Math.sin(2 * Math.PI * hertz * (at + i) / rate);
    })));
  }
  return all;
}

Deno.test("SoundFrames gives full frames of 16 kHz without a gap, whatever the rate of the microphone", () => {
  for (const rate of [16_000, 44_100, 48_000]) {
    const frames = framesOf(500, rate, 1);
    assertEquals(frames.map(({ position }) => position), frames.map((_, i) => i * FRAME_SAMPLES));
    assert(frames.every(({ samples }) => samples.length === FRAME_SAMPLES));
    assert(Math.abs(frames.length * FRAME_SAMPLES - MICROPHONE_RATE) <= FRAME_SAMPLES, `${frames.length} at ${rate}`);
    const all = frames.flatMap(({ samples }) => [...samples]);
    const rises = all.filter((sample, i) => i > 0 && sample >= 0 && all[i - 1]! < 0).length;
    assert(Math.abs(rises / (all.length / MICROPHONE_RATE) - 500) < 5, `${rises} at ${rate}`);
    // A cut would be a jump; the tone itself moves by less.
    const jump = Math.max(...all.slice(1).map((sample, i) => Math.abs(sample - all[i]!)));
    assert(jump < 0.5 * 32_768 * 2 * Math.PI * 500 / MICROPHONE_RATE * 1.05, `a jump of ${jump} at ${rate}`);
  }
});

Deno.test("SoundFrames keeps what is too loud within 16 bit", () => {
  const frames = new SoundFrames(MICROPHONE_RATE).push(new Float32Array(600).fill(1.5));
  assertEquals(Math.max(...frames[0]!.samples), 32767);
});

Deno.test("loudness() goes from silence to full scale by decibels", () => {
  assertEquals(loudness(new Int16Array(512)), 0);
  assert(loudness(new Int16Array(512).fill(32767)) > 0.999);
  const quiet = loudness(new Int16Array(512).fill(1036));
  assert(Math.abs(quiet - 0.5) < 0.01, `-30 dB is ${quiet}`);
});
