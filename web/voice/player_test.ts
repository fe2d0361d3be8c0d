import { assert, assertEquals } from "@std/assert";
import type { SentenceSpeech, Viseme } from "@/lib/protocol/speech.ts";
import { FakeEnvironment } from "@/web/connection/fake_environment.ts";
import type { AudioChannel, AudioOutput } from "./audio_output.ts";
import { BrowserVoice, type Synthesizer } from "./browser_voice.ts";
import { type Hearing, Player } from "./player.ts";
import type { FindTrack } from "./track_finder.ts";
import { trackFromSound } from "./track_from_sound.ts";

const RATE = 8_000;
/** Seconds from the clock to the ear. */
const WAY = 0.05;

/** A loudspeaker whose clock is that of the test. */
class FakeOutput implements AudioOutput {
  readonly sampleRate = RATE;
  running = true;
  readonly played: { from: number; to: number; silenced: boolean }[] = [];
  readonly #environment: FakeEnvironment;
  readonly #start: number;

  constructor(environment: FakeEnvironment) {
    this.#environment = environment;
    this.#start = environment.now();
  }

  get now(): number {
    return (this.#environment.now() - this.#start) / 1000;
  }

  get heardAt(): number {
    return Math.max(0, this.now - WAY);
  }

  channel(): AudioChannel {
    const mine: { silenced: boolean }[] = [];
    return {
      play: (samples, at) => {
        const one = { from: at, to: at + samples.length, silenced: false };
        mine.push(one);
        this.played.push(one);
      },
      silence: () => mine.forEach((one) => one.silenced = true),
    };
  }
}

function wav(ms: number): Uint8Array<ArrayBuffer> {
  const samples = RATE * ms / 1000;
  const file = new DataView(new ArrayBuffer(44 + 2 * samples));
  const write = (at: number, text: string) => [...text].forEach((one, i) => file.setUint8(at + i, one.charCodeAt(0)));
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE, true);
  file.setUint16(34, 16, true);
  write(36, "data");
  file.setUint32(40, 2 * samples, true);
  for (let i = 0; i < samples; i++) file.setInt16(44 + 2 * i, i % 2 === 0 ? 9_000 : -9_000, true);
  return new Uint8Array(file.buffer);
}

const TEXT = ["One two three.", "Four five six.", "Seven eight."];
const WHOLE = TEXT.join(" ");

function sentence(index: number) {
  const from = TEXT.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0);
  return { index, from, to: from + TEXT[index]!.length, say: TEXT[index]!, language: "en" };
}

interface Parts {
  voice?: Synthesizer;
  findTrack?: FindTrack;
}

function setUp(
  sounds: Record<string, number | Promise<number>> = {},
  { voice, findTrack = trackFromSound }: Parts = {},
) {
  const environment = new FakeEnvironment();
  const output = new FakeOutput(environment);
  const hearing: (Hearing | null)[] = [];
  const played: number[] = [];
  const lost: unknown[] = [];
  const player = new Player({
    output,
    voice: new BrowserVoice(voice, (text) => ({ text }) as SpeechSynthesisUtterance),
    fetch: async (url, { signal }) => {
      const { promise: ended, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      const ms = await Promise.race([sounds[url], ended]);
      return ms === undefined ? new Response("no", { status: 404 }) : new Response(wav(ms));
    },
    findTrack,
    schedule: (callback, ms) => environment.schedule(callback, ms),
    onHearing: (now) => hearing.push(now),
    onPlayed: (_turn, index) => played.push(index),
    onLost: (error) => lost.push(error),
  });
  /** Lets what is fetched come, and time pass. */
  async function pass(ms: number) {
    for (let left = ms; left > 0; left -= 20) {
      for (let i = 0; i < 12; i++) await new Promise((resolve) => setTimeout(resolve));
      environment.advance(Math.min(20, left));
    }
  }
  function speak(index: number, speech: Omit<SentenceSpeech, "index" | "engine"> & { engine?: string }) {
    player.sentence("t", sentence(index), WHOLE);
    player.speech("t", { index, engine: "e", ...speech });
  }
  return { environment, output, player, hearing, played, lost, pass, speak };
}

Deno.test("Player plays sentences one after the other to the sample, and tells which have been heard", async () => {
  const { output, player, hearing, played, pass, speak } = setUp({ a: 300, b: 200, c: 100 });
  player.begin("t");
  speak(0, { url: "a" });
  speak(2, { url: "c" });
  speak(1, { url: "b" });
  player.close("t");
  await pass(400);
  assertEquals(played, [0]);
  await pass(600);
  assertEquals(played, [0, 1, 2]);
  output.played.slice(1).forEach(({ from }, i) => assertEquals(from, output.played[i]!.to));
  const samples = output.played.at(-1)!.to - output.played[0]!.from;
  assert(Math.abs(samples - 0.6 * RATE) <= 6, `${samples} samples`);
  const heard = hearing.flatMap((one) => one === null ? [] : [one.to]);
  assertEquals(heard, heard.toSorted((a, b) => a - b));
  assertEquals([heard.at(-1), hearing.at(-1)], [WHOLE.length, null]);
});

Deno.test("Player counts as heard what is out of the loudspeaker, not what has been given to it", async () => {
  const { output, player, pass, speak } = setUp({ a: 1_000 });
  player.begin("t");
  speak(0, { url: "a", visemes: [{ at: 0, shape: "a", strength: 1 }, { at: 500, shape: "o", strength: 0.5 }] });
  await pass(60);
  assertEquals([player.pose(), player.pose(100)], [{}, { a: 1 }]);
  await pass(500);
  assertEquals([player.pose(-100), player.pose(100)], [{ a: 1 }, { o: 0.5 }]);
  const cut = player.silence();
  assertEquals([cut?.heard, output.played.every(({ silenced }) => silenced)], ["One two".length, true]);
  assertEquals(player.pose(), {});
});

Deno.test("Player lets no sound wait for its mouth, and looks for no way through what has been heard", async () => {
  const first = Promise.withResolvers<Viseme[]>();
  const sought: number[] = [];
  const findTrack: FindTrack = (samples) => {
    sought.push(1000 * samples.length / RATE);
    return sought.length === 1 ? first.promise : Promise.resolve([{ at: 0, shape: "o", strength: 1 }]);
  };
  const { output, player, played, pass, speak } = setUp({ a: 300, b: 200, c: 500 }, { findTrack });
  player.begin("t");
  speak(0, { url: "a" });
  speak(1, { url: "b" });
  await pass(800);
  assertEquals([played, sought], [[0, 1], [300]]);
  assertEquals(output.played.at(0)!.to, output.played.at(1)!.from);
  first.resolve([]);
  speak(2, { url: "c" });
  await pass(200);
  assertEquals([sought, player.pose()], [[300, 500], { o: 1 }]);
});

Deno.test("Player passes over a sentence whose sound is lost, and one that nobody says", async () => {
  const { player, played, lost, hearing, pass, speak } = setUp({ c: 200 });
  player.begin("t");
  speak(0, { url: "gone" });
  speak(1, { engine: "none" });
  speak(2, { url: "c" });
  player.close("t");
  await pass(600);
  assertEquals([played, lost.length], [[2], 1]);
  assertEquals(hearing.at(-1), null);
});

Deno.test("Player gives up a sound that does not come, and goes on", async () => {
  const { environment, player, played, lost, pass, speak } = setUp({ a: new Promise(() => {}), b: 100 });
  player.begin("t");
  speak(0, { url: "a" });
  speak(1, { url: "b" });
  player.close("t");
  await pass(40);
  environment.advance(21_000);
  await pass(400);
  assertEquals([played, lost.length], [[1], 1]);
});

Deno.test("Player waits for late sound without losing any, and says a second turn after the first", async () => {
  const late = Promise.withResolvers<number>();
  const { output, player, played, pass, speak } = setUp({ a: 100, b: late.promise, x: 100 });
  player.begin("t");
  player.begin("u");
  player.sentence("u", sentence(0), WHOLE);
  player.speech("u", { index: 0, engine: "e", url: "x" });
  speak(0, { url: "a" });
  speak(1, { url: "b" });
  await pass(500);
  assertEquals(played, [0]);
  late.resolve(100);
  await pass(60);
  player.close("t");
  await pass(500);
  assertEquals(played, [0, 1, 0]);
  const [first, second, third] = [
    output.played[0]!,
    output.played.find(({ from }) => from > 2_000)!,
    output.played.at(-1)!,
  ];
  assert(first.to < second.from && second.to < third.to);
});

/** Voices of the browser, of which the test says when they begin, come to a word, and end. */
function browserVoice() {
  const said: SpeechSynthesisUtterance[] = [];
  const local = { lang: "en_US", localService: true, default: true } as SpeechSynthesisVoice;
  const away = { lang: "en-US", localService: false, default: true } as SpeechSynthesisVoice;
  const synthesizer: Synthesizer = {
    getVoices: () => [away, local],
    speak: (utterance) => void said.push(utterance),
    cancel() {},
  };
  const tell = (event: "onstart" | "onboundary" | "onend", fields: object = {}) => {
    const utterance = said.at(-1)!;
    utterance[event]?.call(utterance, fields as SpeechSynthesisEvent);
  };
  return { said, local, synthesizer, tell };
}

Deno.test("Player lets a voice of the browser speak between sounds, and goes by the words that it tells", async () => {
  const { said, local, synthesizer, tell } = browserVoice();
  const { player, hearing, played, pass, speak } = setUp({ a: 200, c: 200 }, { voice: synthesizer });
  player.begin("t");
  speak(0, { url: "a" });
  speak(1, { engine: "browser" });
  speak(2, { url: "c" });
  player.close("t");
  await pass(200);
  assertEquals(said.length, 0);
  await pass(200);
  const [utterance] = said;
  assertEquals([utterance?.text, utterance?.voice], [TEXT[1], local]);
  tell("onstart");
  tell("onboundary", { charIndex: 5 });
  await pass(100);
  assertEquals(hearing.at(-1)?.to, WHOLE.indexOf(" six"));
  tell("onend");
  await pass(600);
  assertEquals([played, hearing.at(-1)], [[0, 1, 2], null]);
});

Deno.test("Player moves the mouth with a voice of the browser by the text, from word to word as it tells", async () => {
  const { synthesizer, tell } = browserVoice();
  const { player, pass, speak } = setUp({}, { voice: synthesizer });
  player.begin("t");
  speak(1, { engine: "browser" });
  speak(0, { engine: "browser" });
  player.close("t");
  await pass(100);
  assertEquals(player.pose(), {}, "before it begins");
  tell("onstart");
  // As long as the way to the ear, which such a voice has as well, and into the vowel of "One".
  await pass(60);
  assertEquals(player.pose(), { o: 0.8 });
  await pass(20);
  tell("onboundary", { charIndex: 8 });
  await pass(200);
  assertEquals([player.pose(), player.pose(70)], [{ narrow: 1 }, { e: 0.8 }], "the r and the ee of three");
  tell("onend");
  await pass(100);
  assertEquals(player.pose(), {}, "at the end");
});

Deno.test("Player learns how fast a voice of the browser is that tells nothing", async () => {
  const { synthesizer, tell } = browserVoice();
  const { player, pass, speak } = setUp({}, { voice: synthesizer });
  player.begin("t");
  for (const index of [0, 1]) speak(index, { engine: "browser" });
  player.close("t");
  const isMoved: boolean[] = [];
  for (const _ of TEXT.slice(0, 2)) {
    await pass(100);
    tell("onstart");
    await pass(1_400);
    isMoved.push(Object.keys(player.pose()).length > 0);
    await pass(600);
    tell("onend");
  }
  assertEquals(isMoved, [false, true]);
});
