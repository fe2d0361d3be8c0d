/** The page listens, in a real browser whose microphone hears a recording: what comes to the server is looked at. */
import { assert, assertEquals } from "@std/assert";
import { type Browser, launchBrowserHearing, type Page, watchComplaints } from "./browser.ts";
import { faults } from "./axe.ts";
import { writeRecording } from "./recording.ts";
import { RECORD, ScriptedServer } from "./scripted_server.ts";
import { PATIENCE, until } from "./until.ts";
import { CALM, named, say } from "./visit.ts";
import { joined, silence, spoken } from "@/lib/hearing/hearing_fixture.ts";

interface Scene {
  page: Page;
  server: ScriptedServer;
  browser: Browser;
}

/** Samples by which a place in a recording is known. */
const PART = 2_000;

/**
 * Runs before the page's own scripts: keeps the tracks of microphones that were opened. They give what the device
 * gives: what the browser would take for noise, or make louder, is not the page's.
 */
function watchTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks });
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const untouched = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const audio = { ...constraints?.audio as MediaTrackConstraints, ...untouched };
    const stream = await open({ ...constraints, audio });
    tracks.push(...stream.getTracks());
    return stream;
  };
}

const trackStates = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState)
  );

/** How like two sounds are, sample by sample, for as long as both last: 1 where one is the other, louder or softer. */
function likeness(a: Int16Array, b: Int16Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/**
 * How like what a microphone heard is to a recording, of which it may have missed the beginning: until the page listens
 * to the device, which is open by then, a busy machine takes seconds.
 */
function likenessTo(recording: Int16Array, heard: Int16Array): number {
  const loudest = heard.reduce((most, sample, i) => Math.abs(sample) > Math.abs(heard[most]!) ? i : most, 0);
  const part = heard.subarray(Math.max(0, loudest - PART / 2)).subarray(0, PART);
  let [best, place] = [0, 0];
  for (let at = 0; at < recording.length - PART; at++) {
    const like = likeness(part, recording.subarray(at, at + PART));
    if (like > best) [best, place] = [like, at];
  }
  const missed = place - Math.max(0, loudest - PART / 2);
  return missed < 0 ? 0 : likeness(heard, recording.subarray(missed));
}

/** Every sample that came of a stream, at its place. */
function soundOf({ sounds }: ScriptedServer, stream: number): Int16Array {
  const mine = sounds.filter((sound) => sound.stream === stream);
  const end = Math.max(0, ...mine.map(({ position, samples }) => position + samples.length));
  const whole = new Int16Array(end);
  for (const { position, samples } of mine) whole.set(samples, position);
  return whole;
}

const SAID = joined(
  silence(0.3),
  await spoken("Hello there, how are you today?"),
  silence(0.6),
  await spoken("Tell me a story."),
  silence(1.5),
);

/** Runs before the page's own scripts: keeps the AudioContexts and workers that are made. */
function watchMade(): void {
  const contexts: AudioContext[] = [];
  const workers: Worker[] = [];
  Object.assign(globalThis, { contexts, workers });
  const keep = <T extends object>(made: T[]) => ({
    construct: (target: new (...all: unknown[]) => T, all: unknown[]) => {
      const one = Reflect.construct(target, all) as T;
      made.push(one);
      return one;
    },
  });
  Object.assign(globalThis, {
    AudioContext: new Proxy(AudioContext, keep(contexts)),
    Worker: new Proxy(Worker, keep(workers)),
  });
}

/** Begins to listen by a press of the button. Gives the number of the stream. */
async function listen({ page, server }: Scene, streams = 1): Promise<number> {
  await (await named(page, "button", "Microphone")).click();
  const { stream } = await server.next("listen", streams);
  server.send({ type: "listening", stream, engine: "sherpa", away: false });
  await page.waitForSelector(".microphone[data-state=on]");
  return stream;
}

async function lineSays(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (words) => document.querySelector(".hearing-line")?.textContent?.includes(words),
    {},
    words,
  );
}

/** The loudest sample of what the loudspeaker was given since a time of its clock, and the largest step between two. */
async function loudest(page: Page, since: number): Promise<{ level: number; jump: number; until: number }> {
  return await page.evaluate((since) => {
    const { recorded, context } = globalThis as unknown as {
      recorded: { at: number; samples: Float32Array }[];
      context: AudioContext;
    };
    const samples = recorded.filter(({ at }) => at / context.sampleRate >= since).flatMap((
      { samples },
    ) => [...samples]);
    let [level, jump] = [0, 0];
    samples.forEach((sample, i) => {
      level = Math.max(level, Math.abs(sample));
      if (i > 0) jump = Math.max(jump, Math.abs(sample - samples[i - 1]!));
    });
    return { level, jump, until: since + samples.length / context.sampleRate };
  }, since);
}

/** Waits until the loudspeaker has been given so many seconds more; gives the time of its clock before that. */
async function pass(page: Page, seconds: number): Promise<number> {
  const clock = () => page.evaluate(() => (globalThis as unknown as { context: AudioContext }).context.currentTime);
  const since = await clock();
  await until("sound goes on", async () => (await loudest(page, since)).until > since + seconds);
  return since;
}

/** Has her say something that lasts as long as the test. */
async function answer({ page, server }: Scene): Promise<string> {
  await say(page, "Say something");
  const { turn, text } = await server.next("prompt");
  const words = "One two three four five six seven eight nine ten.";
  server.send({ type: "queued", turn, text });
  await page.waitForFunction(() => "isRecording" in globalThis);
  server.send({ type: "start", turn, provider: "ollama", model: "m" }, { type: "chunk", turn, data: words });
  server.send({ type: "sentence", turn, index: 0, from: 0, to: words.length, say: words, language: "en" });
  server.send({ type: "end", turn, reason: "stop" });
  server.tones.set("long", { hertz: 200, ms: 2 * PATIENCE });
  server.send({ type: "speech", turn, index: 0, engine: "tone", url: "/speech/long" });
  await page.waitForFunction(() => CSS.highlights.has("heard"));
  return turn;
}

/** Runs before the page's own scripts: a browser that understands whatever a test wants. */
function understand(): void {
  class Recognition extends EventTarget {
    static available = () => Promise.resolve("available");
    start() {
      Object.assign(globalThis, { recognition: this });
    }
    abort() {}
  }
  Object.assign(globalThis, { SpeechRecognition: Recognition });
}

/** Runs before the page's own scripts: a reader who does not allow it. */
function refuse(): void {
  const getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  Object.assign(navigator.mediaDevices, { getUserMedia });
}

/** How often a microphone is opened. */
const TIMES = 4;

const OPEN = { hearing: { engine: "auto", mode: "open" } };

interface Play {
  config?: Record<string, unknown>;
  /** Runs before the page's own scripts. */
  prepare?: () => void;
  play(scene: Scene): Promise<void>;
}

const scenes: Record<string, Play | Play["play"]> = {
  "what is said while the button is held comes to the server as it was said, and its words grow": async (
    { page, server },
  ) => {
    assertEquals([await trackStates(page), server.received.some(({ type }) => type === "listen")], [[], false]);
    const button = await named(page, "button", "Hold to talk");
    await button.hover();
    await page.mouse.down();
    const { stream, mode } = await server.next("listen");
    assertEquals(mode, "hold");
    server.send({ type: "listening", stream, engine: "sherpa", away: false });
    await page.waitForSelector(".microphone[data-state=on]");
    server.send({ type: "activity", stream, speaking: true, position: 5_000 });
    await page.waitForSelector(".microphone[data-state=speaking] [aria-pressed=true]");
    await page.waitForFunction(() => document.querySelector(".hearing-line")?.textContent?.includes("stays on this"));
    for (const text of ["Hello", "Hello there", "Hello there, how"]) {
      server.send({ type: "transcript", id: "u", text, final: false });
      await page.waitForFunction((text) => document.querySelector(".growing")?.textContent?.endsWith(text), {}, text);
    }
    await until("a good part of it has come", () => soundOf(server, stream).length > SAID.length * 0.6);
    await page.mouse.up();
    assertEquals(await server.next("unlisten"), { type: "unlisten", stream });
    await page.waitForSelector(".microphone[data-state=off]");
    assertEquals(await trackStates(page), ["ended"]);
    const like = likenessTo(SAID, soundOf(server, stream));
    assert(like > 0.95, `what came is like what was said by ${like}`);
    const count = server.sounds.length;
    server.send({ type: "transcript", id: "u", text: "Hello there.", final: true, turn: "t" });
    server.send({ type: "queued", turn: "t", text: "Hello there." });
    await page.waitForFunction(() => document.querySelectorAll(".said").length === 1);
    await page.waitForFunction(() => document.querySelector(".growing") === null);
    assertEquals(server.sounds.length, count);
  },

  "nothing of it is loaded before the first press, and little then": async ({ page, server }) => {
    await page.waitForSelector('canvas:not([data-state="loading"])');
    const scripts = () =>
      page.evaluate(() =>
        performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname.endsWith(".js"))
          .map((entry) => [entry.name, (entry as PerformanceResourceTiming).encodedBodySize] as const)
      );
    const before = new Map(await scripts());
    assertEquals([...before.keys()].filter((name) => name.includes("capture_worklet")), []);
    await (await named(page, "button", "Hold to talk")).hover();
    await page.mouse.down();
    await server.next("listen");
    await page.mouse.up();
    await lineSays(page, "");
    const more = (await scripts()).filter(([name]) => !before.has(name));
    // As they are: this server does not compress them.
    const bytes = more.reduce((sum, [, size]) => sum + size, 0);
    assert(more.length >= 2 && bytes > 1_000 && bytes <= 24_000, `${more.map(String).join("; ")} are ${bytes} bytes`);
  },

  "her voice is put down by 15 dB while somebody talks into it, and goes on as loud as ever": {
    config: OPEN,
    async play(scene) {
      const { page, server } = scene;
      const stream = await listen(scene);
      const turn = await answer(scene);
      const { index, position, ms } = await server.next("playback", 2);
      assertEquals(index, 0);
      assert(position > 0 && ms! >= 0 && ms! < 5_000, `${ms} ms at sample ${position} of ${stream}`);
      const full = (await loudest(page, await pass(page, 0.3))).level;
      server.send({ type: "interruption", turn, verdict: "lower" });
      const lowering = await pass(page, 0.5);
      const low = await loudest(page, await pass(page, 0.3));
      assert(Math.abs(20 * Math.log10(low.level / full) + 15) < 1, `${full} → ${low.level}`);
      server.send({ type: "interruption", turn, verdict: "continue" });
      await pass(page, 0.5);
      const again = await loudest(page, await pass(page, 0.3));
      assert(Math.abs(again.level - full) < 0.02 * full, `${full} → ${again.level}`);
      // As much as a wave of that pitch moves from one sample to the next.
      const { jump } = await loudest(page, lowering);
      assert(jump < 1.1 * full * 2 * Math.PI * 200 / 44_100, `a jump of ${jump}`);
      assertEquals(server.received.some(({ type }) => type === "stop"), false);
      server.send({ type: "interruption", turn, verdict: "stop" });
      const { heard = -1, ...stop } = await server.next("stop");
      assertEquals(stop, { type: "stop", turn });
      assert(heard > 0 && heard < 49, `${heard}`);
      await page.waitForFunction(() => !CSS.highlights.has("heard"));
      assertEquals((await server.next("playback", 3)).turn, undefined);
    },
  },

  "a verdict about a turn that is over stops nothing": {
    config: OPEN,
    async play(scene) {
      const { page, server } = scene;
      await listen(scene);
      const turn = await answer(scene);
      server.send({ type: "interruption", turn: "earlier", verdict: "lower" });
      server.send({ type: "interruption", turn: "earlier", verdict: "stop" });
      server.send({ type: "activity", stream: 1, speaking: true, position: 0 });
      await page.waitForSelector(".microphone[data-state=speaking]");
      assertEquals(server.received.some(({ type }) => type === "stop"), false);
      server.send({ type: "interruption", turn, verdict: "stop" });
      assertEquals((await server.next("stop")).turn, turn);
    },
  },

  "a key is held to talk, and writes where something is written": async ({ page, server }) => {
    const box = await named(page, "textbox", "Message");
    await box.type("a b");
    assertEquals([await page.evaluate(() => document.querySelector("textarea")?.value), server.sounds.length], [
      "a b",
      0,
    ]);
    await page.focus(".log");
    await page.keyboard.down("Space");
    const { mode } = await server.next("listen");
    assertEquals(mode, "hold");
    await until("sound comes", () => server.sounds.length > 20);
    await page.keyboard.up("Space");
    await server.next("unlisten");
    assertEquals(await trackStates(page), ["ended"]);
  },

  "of two tabs the one listens whose microphone was pressed last, and the other one says so": {
    config: OPEN,
    async play(scene) {
      const { page, server, browser } = scene;
      await listen(scene);
      const other = await page.browserContext().newPage();
      await other.evaluateOnNewDocument(watchTracks);
      await other.goto(server.url);
      await other.waitForSelector(".chat.ready");
      await listen({ page: other, server, browser }, 2);
      await page.bringToFront();
      await lineSays(page, "Another tab listens now");
      assertEquals([await trackStates(page), await trackStates(other)], [["ended"], ["live"]]);
    },
  },

  "a microphone that is opened and closed many times leaves no track, AudioContext or worker behind": {
    config: OPEN,
    prepare: watchMade,
    async play(scene) {
      const { page, server } = scene;
      const made = () =>
        page.evaluate(() => {
          const { contexts, workers } = globalThis as unknown as { contexts: AudioContext[]; workers: Worker[] };
          return { open: contexts.filter(({ state }) => state !== "closed").length, workers: workers.length };
        });
      // The page has one AudioContext of its own, for her voice.
      let first: { open: number; workers: number } | undefined;
      for (let time = 1; time <= TIMES; time++) {
        const stream = await listen(scene, time);
        await (await named(page, "button", "Microphone")).click();
        assertEquals(await server.next("unlisten", time), { type: "unlisten", stream });
        await page.waitForSelector(".microphone[data-state=off]");
        first ??= await made();
      }
      assertEquals(await trackStates(page), Array<string>(TIMES).fill("ended"));
      await until("all contexts but the one of her voice are closed", async () => (await made()).open <= 1);
      assertEquals((await made()).workers, first?.workers);
    },
  },

  "a device that vanishes is told of, and the conversation goes on by text": {
    config: OPEN,
    async play(scene) {
      const { page, server } = scene;
      const stream = await listen(scene);
      await page.evaluate(() => {
        const { tracks } = globalThis as unknown as { tracks: MediaStreamTrack[] };
        tracks[0]!.dispatchEvent(new Event("mute"));
        tracks[0]!.dispatchEvent(new Event("ended"));
      });
      await lineSays(page, "The microphone is gone");
      assertEquals(await server.next("unlisten"), { type: "unlisten", stream });
      assertEquals(await faults(page), []);
      await say(page, "Hello");
      assertEquals((await server.next("prompt")).text, "Hello");
      await (await named(page, "button", "Close")).click();
      await page.waitForFunction(() => document.querySelector(".hearing-line") === null);
    },
  },

  "a microphone that is not allowed is told of, and one over plain http": {
    config: OPEN,
    prepare: refuse,
    async play({ page, server }) {
      await (await named(page, "button", "Microphone")).click();
      await lineSays(page, "The microphone is not allowed");
      await page.evaluate(() => Object.defineProperty(globalThis, "isSecureContext", { value: false }));
      await (await named(page, "button", "Microphone")).click();
      await lineSays(page, "Browsers give a microphone to safe addresses only");
      assertEquals(server.received.some(({ type }) => type === "listen"), false);
    },
  },

  "where the server cannot, the browser understands, and no sound is sent": {
    config: OPEN,
    prepare: understand,
    async play({ page, server }) {
      await (await named(page, "button", "Microphone")).click();
      const { stream } = await server.next("listen");
      server.send({ type: "listening", stream, engine: "browser", away: true });
      await page.waitForFunction(() => "recognition" in globalThis);
      await lineSays(page, "What you say stays on your device");
      const count = server.sounds.length;
      const hear = (transcript: string, isFinal: boolean) =>
        page.evaluate(
          (transcript, isFinal) => {
            const { recognition } = globalThis as unknown as { recognition: EventTarget };
            const results = [Object.assign([{ transcript }], { isFinal })];
            recognition.dispatchEvent(Object.assign(new Event("result"), { results, resultIndex: 0 }));
          },
          transcript,
          isFinal,
        );
      await hear("Hello", false);
      await page.waitForFunction(() => document.querySelector(".growing")?.textContent?.endsWith("Hello"));
      await hear("Hello there", true);
      const { id, ...utterance } = await server.next("utterance", 2);
      assertEquals(utterance, { type: "utterance", text: "Hello there", final: true });
      server.send({ type: "transcript", id, text: "Hello there", final: true });
      await page.waitForFunction(() => document.querySelector(".growing") === null);
      assert(server.sounds.length <= count + 2, `${server.sounds.length - count} frames of sound`);
    },
  },
};

Deno.test("the microphone on the page", async (t) => {
  const folder = await Deno.makeTempDir();
  const browser = await launchBrowserHearing(await writeRecording(folder, SAID));
  try {
    for (const [name, scene] of Object.entries(scenes)) {
      await t.step(name, async () => {
        const { config = {}, prepare, play } = typeof scene === "function" ? { play: scene } as Play : scene;
        await using server = await ScriptedServer.open({ avatar: CALM, ...config });
        const context = await browser.createBrowserContext();
        try {
          const page = await context.newPage();
          page.setDefaultTimeout(PATIENCE);
          const complaints = watchComplaints(page);
          await page.evaluateOnNewDocument(RECORD);
          await page.evaluateOnNewDocument(watchTracks);
          if (prepare !== undefined) await page.evaluateOnNewDocument(prepare);
          await page.goto(server.url);
          await page.waitForSelector(".chat.ready");
          await server.next("voice");
          await play({ page, server, browser });
          assertEquals(complaints(), []);
        } finally {
          await context.close();
        }
      });
    }
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
