/** The page listens, in a real browser whose microphone hears a recording: what comes to the server is looked at. */
import { assert, assertEquals } from "@std/assert";
import { lineSays, listen, OPEN, playScenes, SAID, soundOf, trackStates, watchMade } from "./microphone_scene.ts";
import { until } from "./until.ts";
import { named } from "./visit.ts";

/** Samples by which a place in a recording is known. */
const PART = 2_000;

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

/** How often a microphone is opened. */
const TIMES = 4;

playScenes("the microphone on the page", {
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
    const letGo = async (stream: number, times: number) => {
      await until("a good part of it has come", () => soundOf(server, stream).length > SAID.length * 0.6);
      await page.mouse.up();
      assertEquals(await server.next("unlisten", times), { type: "unlisten", stream });
      await page.waitForSelector(".microphone[data-state=off]");
      return likenessTo(SAID, soundOf(server, stream));
    };
    let like = await letGo(stream, 1);
    assertEquals(await trackStates(page), ["ended"]);
    const count = server.sounds.length;
    server.send({ type: "transcript", id: "u", text: "Hello there.", final: true, turn: "t" });
    server.send({ type: "queued", turn: "t", text: "Hello there." });
    await page.waitForFunction(() => document.querySelectorAll(".said").length === 1);
    await page.waitForFunction(() => document.querySelector(".growing") === null);
    assertEquals(server.sounds.length, count);
    // The browser's own microphone of tests stumbles where the machine is held up.
    for (let times = 2; like <= 0.95 && times <= 4; times++) {
      await (await named(page, "button", "Hold to talk")).hover();
      await page.mouse.down();
      const { stream } = await server.next("listen", times);
      server.send({ type: "listening", stream, engine: "sherpa", away: false });
      like = await letGo(stream, times);
    }
    assert(like > 0.95, `what came is like what was said by ${like}`);
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
});
