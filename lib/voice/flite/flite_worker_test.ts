import { assert, assertEquals, assertRejects } from "@std/assert";
import { VoiceError } from "@/lib/voice/engine.ts";
import { residentMB, watchChildren } from "@/tests/children.ts";
import { until } from "@/tests/until.ts";
import { FLITE_PROGRAM, type FliteSound, FliteWorker } from "./flite_worker.ts";

const { signal } = new AbortController();
const program = { ...FLITE_PROGRAM, url: new URL("./worker_fixture.ts", import.meta.url) };
const SENTENCES = [
  "Hello there, I am pleased to meet you.",
  "Wait. What? No, that costs $12.50!",
  "She sells seashells by the seashore; pure food for the boy.",
];

function jobOf(text: string, voice = "slt") {
  return { text, voice, rate: 1, pitch: 1 };
}

/** How loud a part of a sound is. */
function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
}

/** The longest time, in seconds, in which nothing is heard although a phone is being said. */
function longestSilence(samples: Int16Array, sampleRate: number, phones: FliteSound["phones"]): number {
  let [longest, run, phone] = [0, 0, 0];
  for (const [index, sample] of samples.entries()) {
    while (phone < phones.length - 1 && index / sampleRate >= phones[phone]!.end) phone++;
    run = Math.abs(sample) > 100 || phones[phone]?.name === "pau" ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest / sampleRate;
}

Deno.test("a sound of flite's lasts as long as its phones, is silent at its pauses and loud at its vowels", async () => {
  using worker = new FliteWorker();
  for (const voice of ["slt", "rms", "awb", "kal16", "kal"]) {
    for (const text of SENTENCES) {
      const { samples, sampleRate, phones } = await worker.run(jobOf(text, voice), signal);
      const where = `${voice}: ${text}`;
      const end = phones.at(-1)?.end ?? 0;
      assert(
        Math.abs(samples.length / sampleRate - end) <= 0.02,
        `${where} lasts ${samples.length / sampleRate}, ${end}`,
      );
      assert(phones.every((phone, index) => phone.end > (phones[index - 1]?.end ?? 0)), where);
      let begin = 0;
      const [pauses, vowels]: [number[], number[]] = [[], []];
      for (const { name, end } of phones) {
        // The middle: what begins a little early or ends a little late is no fault of times.
        const middle = [begin * 0.7 + end * 0.3, begin * 0.3 + end * 0.7].map((at) => Math.round(at * sampleRate));
        const loud = rms(samples.subarray(...middle as [number, number]));
        if (name === "pau") pauses.push(loud);
        else if (/^[aeiou]/.test(name) && name !== "en" && name !== "el") vowels.push(loud);
        begin = end;
      }
      const usual = vowels.toSorted((a, b) => a - b)[Math.floor(vowels.length / 2)] ?? 0;
      assert(usual > 500, `${where}: its vowels are as loud as ${usual}`);
      assert(pauses.length >= 2 && Math.max(...pauses) < usual / 5, `${where}: ${pauses} beside ${usual}`);
      assert(longestSilence(samples, sampleRate, phones) < 0.15, `${where}: it falls silent within a word`);
      // Nobody waits for silence.
      assertEquals([phones[0]?.name, Math.round((phones[0]?.end ?? 0) * 1000)], ["pau", 50], where);
    }
  }
});

Deno.test("a process that dies or hangs for ever costs one sentence and is gone", async () => {
  const processes = watchChildren();
  {
    using worker = new FliteWorker({ program, timeoutMs: 6_000 });
    const stop = new AbortController();
    const jobs = ["Before.", "die", "Between.", "hang", "After."].map((text) => worker.run(jobOf(text), signal));
    const dropped = worker.run(jobOf("Dropped before it is begun."), stop.signal);
    stop.abort(new Error("enough"));
    const outcomes = Promise.allSettled([...jobs, dropped]);
    await jobs[2];
    const hanging = processes();
    const ends = await outcomes;
    assertEquals(ends.map((end) => end.status === "fulfilled" ? end.value.samples.length > 0 : String(end.reason)), [
      true,
      "VoiceError: Flite could not say the sentence: died, as this test wants it",
      true,
      "VoiceError: Flite could not say the sentence: it did not answer within 6000 ms",
      true,
      "Error: enough",
    ]);
    await until("the process that hung is gone", () => !processes().some((pid) => hanging.includes(pid)));
    assertEquals(processes().length, Deno.build.os === "linux" ? 1 : 0);
  }
  await until("no process is left", () => processes().length === 0);
});

Deno.test("a sentence that is not wanted any more makes way, and its process goes on unless it hangs", async () => {
  const processes = watchChildren();
  const stopped = async (worker: FliteWorker, text: string) => {
    const stop = new AbortController();
    await worker.run(jobOf("Before."), signal);
    const before = processes();
    const unwanted = worker.run(jobOf(text), stop.signal);
    const next = worker.run(jobOf("After."), signal);
    stop.abort(new Error("silence"));
    await assertRejects(() => unwanted, Error, "silence");
    assert((await next).samples.length > 0);
    return before.every((pid) => processes().includes(pid));
  };
  using worker = new FliteWorker({ program });
  assert(await stopped(worker, SENTENCES[0]!), "it goes on");
  if (Deno.build.os === "linux") assert(!await stopped(worker, "hang"), "it is ended");
});

Deno.test("what waits when flite is ended is told so, and so is what comes later", async () => {
  const worker = new FliteWorker({ program });
  const jobs = ["hang", "After."].map((text) => worker.run(jobOf(text), signal));
  worker[Symbol.dispose]();
  for (const job of jobs) await assertRejects(() => job, VoiceError, "ended");
  await assertRejects(async () => await worker.run(jobOf("Later."), signal), VoiceError, "ended");
});

Deno.test("whatever is written, flite says it or is silent", async () => {
  using worker = new FliteWorker();
  const odd = ["", " ", "-voice", "--help", "日本語", "\0", "a\nb", "'\"`$(x)\\", "x".repeat(200), "?!.,;:", "%s%n%d"];
  for (const text of odd) {
    const { samples, phones } = await worker.run(jobOf(text), signal);
    assert(samples.length > 0 && phones.length > 0, text);
  }
});

Deno.test({
  name: "sixty sentences leave no memory behind, neither in flite's process nor here",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const processes = watchChildren();
    using worker = new FliteWorker();
    await worker.run(jobOf("First."), signal);
    const [flite = NaN] = processes();
    const held = () => [residentMB(flite), residentMB(Deno.pid)];
    const before = held();
    const most = [0, 0];
    for (let index = 0; index < 60; index++) {
      await worker.run(jobOf(`Number ${index}.`), signal);
      held().forEach((now, index) => most[index] = Math.max(most[index]!, now - before[index]!));
    }
    // Each takes 19 MB while it is made.
    assert(Math.max(...most) < 100, `${before} MB grew by ${most} MB`);
    assertEquals(processes(), [flite]);
  },
});
