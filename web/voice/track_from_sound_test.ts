/** What is seen of a sound whose engine tells nothing, beside what flite's phones say of it. */
import { assert, assertEquals } from "@std/assert";
import { poseAt } from "./mouth_track.ts";
import { trackFromSound } from "./track_from_sound.ts";
import { vowelsOf } from "@/bench/mouth_measures.ts";
import { HEARD } from "@/bench/spoken_corpus.ts";
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";

Deno.test("trackFromSound() hears most vowels, at whatever rate the sound comes", async () => {
  using worker = new FliteWorker();
  let [all, right, rightAt48] = [0, 0, 0];
  for (const text of HEARD.slice(0, 5)) {
    const job = { text, voice: "rms", rate: 1, pitch: 1 };
    const { samples, sampleRate, phones } = await worker.run(job, AbortSignal.timeout(60_000));
    const thrice = Int16Array.from({ length: 3 * samples.length }, (_, i) => samples[Math.floor(i / 3)]!);
    const track = await trackFromSound(samples, sampleRate, 0);
    const trackAt48 = await trackFromSound(thrice, 3 * sampleRate, 0);
    for (const { from, to, shape } of vowelsOf(visemesOf(phones, samples.length * 1000 / sampleRate))) {
      all++;
      if (poseAt(track, (from + to) / 2)[shape] !== undefined) right++;
      if (poseAt(trackAt48, (from + to) / 2)[shape] !== undefined) rightAt48++;
    }
    assertEquals([track[0]?.at, track[0]?.shape, track.at(-1)?.shape], [0, "rest", "rest"]);
  }
  assert(right / all > 0.65 && rightAt48 / all > 0.6, `${right}, at 48 kHz ${rightAt48}, of ${all}`);
});

/** How a mouth is open at a time, by the share that the vowel has. */
function opening(track: readonly Viseme[], ms: number): number {
  return Object.entries(poseAt(track, ms)).reduce((sum, [shape, share]) => /^[aiueo]$/.test(shape) ? share : sum, 0);
}

Deno.test("trackFromSound() opens the mouth by loudness where nothing sounds like a vowel", async () => {
  const rate = 16_000;
  // Five tones of 200 ms, the last one softer, with as much silence before each.
  const isTone = (i: number) => i % (0.4 * rate) >= 0.2 * rate;
  const samples = Int16Array.from(
    { length: 2 * rate },
    (_, i) => isTone(i) ? (i < 1.6 * rate ? 16_000 : 4_000) * Math.sin(2 * Math.PI * 250 * i / rate) : 0,
  );
  const track = await trackFromSound(samples, rate, 200);
  const at = [0, 1, 2, 3, 4].map((tone) => 400 * tone + 200);
  assertEquals(at.map((ms) => opening(track, ms + 100)), [0, 0, 0, 0, 0]);
  const open = at.map((ms) => opening(track, ms + 300));
  assert(open.every((one) => one > 0.5) && open[4]! < open[0]! - 0.1, `${open}`);
  assertEquals(await trackFromSound(new Int16Array(800), rate, 40), [{ at: 40, shape: "rest", strength: 0 }]);
});
