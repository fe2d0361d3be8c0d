/** What is seen of a sound whose engine tells nothing, beside what flite's phones say of it. */
import { assert, assertEquals } from "@std/assert";
import { poseAt } from "./mouth_track.ts";
import { trackFromSound } from "./track_from_sound.ts";
import { vowelsOf } from "@/bench/mouth_measures.ts";
import { HEARD } from "@/bench/spoken_corpus.ts";
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";

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

Deno.test("trackFromSound() goes by how loud a sound is, where there are no vowels in it", async () => {
  const rate = 16_000;
  // Half a second each of silence, noise, and silence.
  let seed = 1;
  const noise = () => (seed = seed * 16_807 % 2_147_483_647) / 2_147_483_647 - 0.5;
  const samples = Int16Array.from({ length: 1.5 * rate }, (_, i) => i < rate / 2 || i >= rate ? 0 : 16_000 * noise());
  const track = await trackFromSound(samples, rate, 200);
  const isOpen = (ms: number) => Object.keys(poseAt(track, ms)).length > 0;
  assertEquals([300, 650, 750, 1150, 1250, 1600].map(isOpen), [false, false, true, true, false, false]);
  assertEquals(await trackFromSound(new Int16Array(800), rate, 40), [{ at: 40, shape: "rest", strength: 0 }]);
});
