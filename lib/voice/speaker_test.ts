import { assert, assertEquals, assertLess } from "@std/assert";
import { once, type VoiceError } from "./engine.ts";
import { Speaker, type SpeakerOptions } from "./speaker.ts";
import { SoundStore } from "./sound_store.ts";
import { Synthesiser } from "./synthesiser.ts";
import type { SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import { OWNER } from "@/lib/principal.ts";
import { collectGarbage, hasCollector } from "@/tests/collector.ts";
import { ToneEngine, type ToneFate, toneMs, type ToneOptions } from "@/tests/tone_engine.ts";
import { until } from "@/tests/until.ts";

class Harness implements Disposable {
  readonly sounds = new SoundStore();
  readonly engine: ToneEngine;
  readonly synthesiser: Synthesiser;
  readonly delivered: SentenceSpeech[] = [];
  readonly failures: VoiceError[] = [];

  constructor(options: ToneOptions = {}, patienceMs = 100) {
    this.engine = new ToneEngine(options);
    this.synthesiser = new Synthesiser({ sounds: this.sounds, patienceMs });
  }

  speaker(options: Partial<SpeakerOptions> = {}): Speaker {
    return new Speaker({
      synthesiser: this.synthesiser,
      choose: () => ({ engine: this.engine, rate: 1, pitch: 1 }),
      conversation: "c",
      owner: OWNER.id,
      path: "/speech/",
      deliver: (speech) => void this.delivered.push(speech),
      onFailure: (error) => void this.failures.push(error),
      ...options,
    });
  }

  /** Milliseconds of the sound that can be fetched. */
  async heard({ url }: SentenceSpeech): Promise<number> {
    const sound = this.sounds.get(url!.replace("/speech/", ""), OWNER)!;
    return ((await new Response(sound.wav()).bytes()).length - 44) / 2 / 16;
  }

  get engines(): string[] {
    return this.delivered.map(({ engine }) => engine);
  }

  [Symbol.dispose](): void {
    this.synthesiser[Symbol.dispose]();
    this.sounds[Symbol.dispose]();
  }
}

function sentence(index: number, say = `sentence number ${index}`): SpokenSentence {
  return { index, from: index * 20, to: index * 20 + 19, say, language: "en" };
}

Deno.test("sentences come in their order, whatever takes how long, two at once", async () => {
  using harness = new Harness({ delay: (text) => text.length * 7 % 13, partMs: 1 });
  const speaker = harness.speaker();
  for (let index = 0; index < 30; index++) speaker.say(sentence(index, "x".repeat(index * 5 % 17 + 1)));
  speaker.end();
  for (let index = 0; index < 30; index++) {
    await until(`sentence ${index}`, () => harness.delivered.length > index, { every: 1 });
    speaker.played(index);
  }
  await speaker.finished;
  assertEquals(harness.delivered.map(({ index }) => index), Array.from({ length: 30 }, (_, index) => index));
  assertEquals(harness.engine.most, 2);
  const [first] = harness.delivered;
  assertEquals(first!.ms, toneMs("x"));
  assertEquals(first!.visemes!.length, 2);
  assertEquals(await harness.heard(first!), toneMs("x"));
});

Deno.test("what is expected first is made at once, delivered when it is said, and made once", async () => {
  using harness = new Harness();
  const speaker = harness.speaker();
  const { say, language } = sentence(0);
  speaker.expect({ say, language });
  speaker.expect({ say: "another guess", language });
  await until("it is asked for", () => harness.engine.asked.length === 1);
  assertEquals(harness.delivered, []);
  speaker.say(sentence(0));
  speaker.say(sentence(1));
  speaker.end();
  await speaker.finished;
  assertEquals(harness.delivered.map(({ index, ms }) => [index, ms]), [[0, toneMs(say)], [1, toneMs(say)]]);
  assertEquals(harness.engine.asked.map(({ text }) => text), [say, sentence(1).say]);
});

Deno.test("what was wrongly expected is never delivered, and its failure is told once", async () => {
  using harness = new Harness({ fate: (text) => text === "bad" ? "refuses" : "speaks" });
  const speaker = harness.speaker();
  speaker.expect({ say: "bad", language: "en" });
  speaker.say(sentence(0));
  speaker.end();
  await speaker.finished;
  assertEquals(harness.delivered.map(({ index, engine }) => [index, engine]), [[0, "tones"]]);
  assertEquals(harness.failures.length, 1);
});

Deno.test("a sentence can be heard before it is made to its end", async () => {
  using harness = new Harness({ partMs: 30 });
  const speaker = harness.speaker();
  speaker.say(sentence(0, "one two three four"));
  await until("its beginning", () => harness.delivered.length >= 1, { every: 1 });
  const sound = harness.sounds.get(harness.delivered[0]!.url!.slice(8), OWNER)!;
  assertEquals(sound.ended, false);
  assertEquals(await harness.heard(harness.delivered[0]!), toneMs("one two three four"));
  speaker.stop();
});

Deno.test("what nobody hears is not made whole", async () => {
  using harness = new Harness();
  const speaker = harness.speaker({ ahead: 3, silenceMs: 50 });
  for (let index = 5; index < 25; index++) speaker.say(sentence(index));
  await until("three are made", () => harness.delivered.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(harness.engine.asked.length, 3);
  speaker.played(6);
  await until("two more are made", () => harness.delivered.length === 5);
  assertEquals(harness.engine.asked.length, 5);
  speaker.end();
  await speaker.finished;
  speaker.played(20);
  speaker.say(sentence(30));
  assertEquals(harness.delivered.length, 5);
});

const FATES: [ToneFate, heard: number | undefined][] = [
  ["refuses", undefined],
  ["throws", undefined],
  ["hangs at once", undefined],
  ["silence", undefined],
  ["junk", undefined],
  ["dies", toneMs("one")],
  ["hangs", toneMs("one")],
  ["rates", toneMs("one")],
];

for (const [fate, heard] of FATES) {
  Deno.test(`an engine that ${fate} costs its own sentence, and is told of once`, async () => {
    using harness = new Harness({ fate: (text) => text.startsWith("one") ? fate : "speaks" });
    const speaker = harness.speaker();
    const said = ["all is well", "one two three", "one four", "all is well again"];
    said.forEach((say, index) => speaker.say(sentence(index, say)));
    speaker.end();
    await speaker.finished;
    const broken = heard === undefined ? "none" : "tones";
    assertEquals(harness.engines, ["tones", broken, broken, "tones"]);
    assertEquals(harness.failures.length, 1, String(harness.failures));
    if (heard !== undefined) assertEquals(await harness.heard(harness.delivered[1]!), heard);
    assertEquals(harness.delivered[1]!.url === undefined, heard === undefined);
    assertEquals(await harness.heard(harness.delivered[3]!), toneMs("all is well again"));
    // Nothing half is taken for the whole when it is asked for again.
    const asked = harness.engine.asked.length;
    const again = harness.speaker();
    said.slice(0, 2).forEach((say, index) => again.say(sentence(index, say)));
    again.end();
    await again.finished;
    assertEquals(harness.engine.asked.length, asked + 1);
  });
}

Deno.test("visemes that are none are left out", async () => {
  using harness = new Harness();
  const synthesise = harness.engine.synthesise.bind(harness.engine);
  harness.engine.synthesise = async (...args) => {
    const synthesis = await synthesise(...args);
    return { ...synthesis, ms: NaN, visemes: [{ at: -1, shape: "x" as "a", strength: 7 }] };
  };
  const speaker = harness.speaker();
  speaker.say(sentence(0));
  speaker.end();
  await speaker.finished;
  const [speech] = harness.delivered;
  assertEquals([speech!.visemes, speech!.ms, speech!.engine], [undefined, undefined, "tones"]);
});

Deno.test("who speaks is asked for each sentence; the page may, and nobody", async () => {
  using harness = new Harness();
  const voices = ["browser", "none", "hangs"] as const;
  let asked = 0;
  const speaker = harness.speaker({
    choose: () => {
      const voice = voices[asked++];
      if (voice === "hangs") return new Promise(() => {});
      if (voice === "browser") return { engine: voice, rate: 2, pitch: 1.5 };
      return voice ?? { engine: harness.engine, voice: "sine", rate: 2, pitch: 1.5 };
    },
  });
  for (let index = 0; index < 4; index++) speaker.say(sentence(index, "hi"));
  speaker.end();
  await speaker.finished;
  assertEquals(harness.engines, ["browser", "none", "none", "tones"]);
  // Only the page itself has to be told how.
  assertEquals(harness.delivered.map(({ rate, pitch }) => [rate, pitch]).slice(0, 2), [[2, 1.5], [
    undefined,
    undefined,
  ]]);
  assertEquals(harness.engine.asked, [{ text: "hi", language: "en", voice: "sine", rate: 2, pitch: 1.5 }]);
  assertEquals(harness.failures.map(({ message }) => message), ["The voice could not be chosen for 0.1 s"]);
});

Deno.test("stopping ends all synthesis at once, and nothing comes after it", async () => {
  using harness = new Harness({ partMs: 20 });
  const speaker = harness.speaker();
  for (let index = 0; index < 4; index++) speaker.say(sentence(index));
  await until("the first one is there", () => harness.delivered.length >= 1, { every: 1 });
  assertEquals(harness.engine.running, 2);
  const { length } = harness.delivered;
  const began = performance.now();
  speaker.stop();
  await until("synthesis has ended", () => harness.engine.running === 0, { every: 1 });
  assertLess(performance.now() - began, 100);
  await speaker.finished;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals([harness.delivered.length, harness.engine.asked.length, harness.failures.length], [length, 2, 0]);
  assert(
    harness.delivered.every(({ url }) => harness.sounds.get(url!.slice(8), OWNER)!.ended),
    "readers come to an end",
  );
});

Deno.test("what two ask for is made once, and goes on while one of them wants it", async () => {
  using harness = new Harness({ partMs: 20 });
  const [one, other] = [harness.speaker(), harness.speaker()];
  const stranger = harness.speaker({ conversation: "d" });
  for (const speaker of [one, other]) speaker.say(sentence(0));
  await until("both have it", () => harness.delivered.length === 2, { every: 1 });
  one.stop();
  other.end();
  await other.finished;
  const [first, second] = harness.delivered;
  assertEquals([first!.url, await harness.heard(first!)], [second!.url, toneMs("sentence number 0")]);
  const again = harness.speaker();
  again.say(sentence(0));
  again.end();
  await again.finished;
  assertEquals([harness.delivered[2]!.url, harness.engine.asked.length], [first!.url, 1]);
  stranger.say(sentence(0));
  stranger.end();
  await stranger.finished;
  assertEquals([harness.delivered[3]!.url === first!.url, harness.engine.asked.length], [false, 2]);
});

Deno.test("a thousand sentences leave nothing behind but what is held", { ignore: !hasCollector }, async () => {
  using harness = new Harness();
  // Ten seconds each: all together they would be 320 MB.
  const samples = () => new Int16Array(160_000).fill(1);
  harness.engine.synthesise = () => Promise.resolve({ parts: once({ samples: samples(), sampleRate: 16_000 }) });
  using sounds = new SoundStore({ bytes: 5_000_000 });
  const speaker = harness.speaker({ synthesiser: new Synthesiser({ sounds }) });
  await collectGarbage();
  const before = Deno.memoryUsage().external;
  let most = 0;
  for (let index = 0; index < 1_000; index++) speaker.say(sentence(index));
  speaker.end();
  for (let index = 0; index < 1_000; index++) {
    while (harness.delivered.length <= index) await new Promise((resolve) => setTimeout(resolve));
    speaker.played(index);
    // When the collector comes by itself depends on what else this program has done.
    if (index % 250 !== 249) continue;
    await collectGarbage();
    most = Math.max(most, Deno.memoryUsage().external - before);
  }
  await speaker.finished;
  assertEquals([harness.delivered.length, harness.failures.length], [1_000, 0]);
  assertLess(sounds.bytes, 5_000_001);
  assertEquals(sounds.size, 15);
  // What is held, and the sentences that are made ahead.
  assertLess(most, 20e6);
});
