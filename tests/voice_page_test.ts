/** The character speaks on the page, in a real browser: what goes to the loudspeaker is recorded and looked at. */
import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "./browser.ts";
import { clock, clockPasses, longestGap, pitch, recording } from "./loudspeaker.ts";
import { until } from "./until.ts";
import { named, say } from "./visit.ts";
import { answer, askedToSay, playScenes, type Scenes } from "./voice_scene.ts";

/** Addresses of the page's own scripts. */
async function scripts(page: Page): Promise<string[]> {
  const names = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  return names.filter((name) => new URL(name).pathname.endsWith(".js") && !name.endsWith("/recorder.js"));
}

/** The only scene that needs a figure. */
const TAP = "a tap on the character silences it";

const scenes: Scenes = {
  "sentences are heard in their order and without a gap, at whatever rate their sound has": async (scene) => {
    const { page, server } = scene;
    await page.waitForSelector('canvas:not([data-state="loading"])');
    const before = await scripts(page);
    const tones = [{ hertz: 400, ms: 600 }, { hertz: 800, ms: 601, sampleRate: 22_050 }, { hertz: 600, ms: 600 }];
    await answer(scene, ["One two three.", "Four five six.", "Seven eight nine."], tones);
    await server.next("played", 3);
    assertEquals(server.received.filter((one) => one.type === "played").map((one) => one.index), [0, 1, 2]);
    const heard = await recording(page);
    const seconds = heard.samples.length / heard.sampleRate;
    assert(Math.abs(seconds - 1.8) < 0.03, `${seconds} s`);
    assert(longestGap(heard) < 0.02, `a gap of ${longestGap(heard)} s`);
    const pitches = [0.1, 0.7, 1.3].map((at) => pitch(heard, at, at + 0.4));
    assertEquals(pitches.map((hertz) => Math.round(hertz / 50) * 50), [400, 800, 600]);
    const more = (await scripts(page)).filter((script) => !before.includes(script));
    const bytes = await Promise.all(more.map(async (script) => {
      const response = await fetch(script);
      return brotliCompressSync(new Uint8Array(await response.arrayBuffer())).length;
    }));
    const sum = bytes.reduce((sum, size) => sum + size, 0);
    assert(sum > 1_000 && sum <= 40_000, `the voice is ${sum} bytes of scripts`);
  },

  "Stop silences within 100 ms, without a click, and says how much was heard": async (scene) => {
    const { page, server } = scene;
    const sentence = "A very long sentence that goes on and on and on for ever.";
    const turn = await answer(scene, [sentence], [{ hertz: 200, ms: 20_000 }]);
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    // A letter and more: twenty seconds are shared by all of them.
    await clockPasses(page, await clock(page) + 0.6);
    const stop = await named(page, "button", "Stop");
    const pressed = await stop.evaluate((button) => {
      (button as HTMLButtonElement).click();
      return (globalThis as unknown as { context: AudioContext }).context.currentTime;
    });
    const { heard = -1, ...frame } = await server.next("stop");
    assertEquals(frame, { type: "stop", turn });
    assert(heard > 0 && heard < sentence.length, `${heard} of ${sentence.length}`);
    await clockPasses(page, pressed + 0.5);
    const sound = await recording(page);
    assert(sound.end - pressed < 0.1, `it was heard for ${sound.end - pressed} s more`);
    // Before, a busy machine may have been late with a part.
    const last = sound.samples.slice(-Math.round((sound.end - pressed + 0.05) * sound.sampleRate));
    const jump = Math.max(...last.slice(1).map((sample, i) => Math.abs(sample - last[i]!)));
    // As much as a wave of that pitch moves from one sample to the next.
    assert(jump < 2 * Math.PI * 200 / sound.sampleRate, `a jump of ${jump}`);
    server.send({ type: "heard", turn, heard });
    await page.waitForSelector(".unheard");
    const shown = await page.$eval(".formatted", (answer) => ({
      all: answer.textContent?.trim(),
      unheard: [...answer.querySelectorAll(".unheard")].map(({ textContent }) => textContent).join("").trimEnd(),
    }));
    assertEquals(shown.all, sentence);
    assertEquals(shown.unheard.trim(), sentence.slice(heard).trim());
  },

  [TAP]: async (scene) => {
    const { page, server } = scene;
    await page.waitForSelector('canvas[data-state="ready"]');
    const turn = await answer(scene, ["One two three four."], [{ hertz: 400, ms: 20_000 }]);
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    await page.click("canvas");
    assertEquals((await server.next("stop")).turn, turn);
    await page.waitForFunction(() => !CSS.highlights.has("heard"));
  },

  "a muted page tells the server, and is silent": async ({ page, server }) => {
    await answer({ page, server }, ["One two three four five."], [{ hertz: 400, ms: 20_000 }]);
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    const told = server.received.filter(({ type }) => type === "voice").length;
    await (await named(page, "button", "Mute")).click();
    const { on } = await server.next("voice", told + 1);
    assertEquals(on, false);
    await page.waitForFunction(() => !CSS.highlights.has("heard"));
    // It is no interruption: what was not heard stays said.
    assertEquals(server.received.some(({ type }) => type === "stop"), false);
    assertEquals(await page.evaluate(() => document.cookie.includes("sound=false")), true);
  },

  "an answer is said again when its button is pressed, and stopping that cuts nothing": async (
    { page, server },
  ) => {
    const turn = await answer({ page, server }, ["One."], [{ hertz: 400, ms: 200 }]);
    await server.next("played");
    await (await named(page, "button", "Hear it again")).click();
    const asked = await askedToSay(server);
    assertEquals(asked.params, { turn, from: 0 });
    const sentence = { index: 0, from: 0, to: 4, say: "One.", language: "en" };
    server.tones.set("again", { hertz: 600, ms: 20_000 });
    server.send({ type: "progress", id: asked.id, value: { ...sentence, engine: "tone", url: "/speech/again" } });
    server.send({ type: "result", id: asked.id, value: {} });
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    await (await named(page, "button", "Stop")).click();
    await page.waitForFunction(() => !CSS.highlights.has("heard"));
    assertEquals(server.received.some(({ type }) => type === "stop"), false);
  },

  "a greeting is heard when its button is pressed, its rest being asked for when little is left": async (
    { page, server },
  ) => {
    const words = ["One.", "Two.", "Three.", "Four.", "Five."];
    server.character = { name: "Sora", greeting: words.join(" ") };
    await page.reload();
    await page.waitForSelector(".chat.ready");
    await (await named(page, "button", "Hear it")).click();
    const asked = async (from: number) => {
      const call = () =>
        server.received.find((one) =>
          one.type === "call" && one.method === "speech.greeting" && (one.params as { from: number }).from === from
        ) as { id: string } | undefined;
      await until(`a call from sentence ${from} on`, () => call() !== undefined);
      return call()!.id;
    };
    const say = (id: string, index: number, ms: number) => {
      const from = words.slice(0, index).join(" ").length + (index > 0 ? 1 : 0);
      const sentence = { index, from, to: from + words[index]!.length, say: words[index], language: "en" };
      server.tones.set(`greeting-${index}`, { hertz: 400, ms });
      server.send({
        type: "progress",
        id,
        value: { ...sentence, engine: "tone", url: `/speech/greeting-${index}` },
      });
    };
    const first = await asked(0);
    const given = performance.now();
    for (const index of [0, 1, 2, 3]) say(first, index, index < 2 ? 4_500 : 200);
    server.send({ type: "result", id: first, value: { next: 4 } });
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    const rest = await asked(4);
    // Of the nine seconds that lie ready, eight are enough.
    assert(performance.now() - given > 1_000);
    say(rest, 4, 20_000);
    server.send({ type: "result", id: rest, value: {} });
    await (await named(page, "button", "Stop")).click();
    await page.waitForFunction(() => !CSS.highlights.has("heard"));
    assertEquals(server.received.some(({ type }) => type === "played" || type === "stop"), false);
  },

  "a new prompt interrupts, and is asked after the server knows": async ({ page, server }) => {
    const turn = await answer({ page, server }, ["One two three four."], [{ hertz: 400, ms: 20_000 }]);
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    await say(page, "Wait");
    await server.next("prompt", 2);
    const [stop, prompt] = server.received.filter(({ type }) => type === "stop" || type === "prompt").slice(-2);
    assert(stop?.type === "stop" && stop.turn === turn && stop.heard !== undefined, JSON.stringify(stop));
    assertEquals(prompt?.type, "prompt");
    await page.waitForFunction(() => !CSS.highlights.has("heard"));
  },

  "text may come with the voice, sentence by sentence": async ({ page, server }) => {
    await page.evaluate(() => document.cookie = "textTime=heard; Path=/");
    await page.reload();
    await page.waitForSelector(".chat.ready");
    await server.next("voice", 2);
    await answer({ page, server }, ["One.", "Two."], [{ hertz: 400, ms: 2_000 }, { hertz: 600, ms: 300 }]);
    await page.waitForFunction(() => document.querySelector(".formatted")?.textContent?.trim() === "One.");
    await server.next("played", 2);
    await page.waitForFunction(() => document.querySelector(".formatted")?.textContent?.trim() === "One. Two.");
  },

  "a sound that fails costs its own sentence": async (scene) => {
    const { page, server } = scene;
    const turn = await answer(scene, ["One.", "Two."], [{ hertz: 400, ms: 300 }]);
    server.send({ type: "speech", turn, index: 1, engine: "tone", url: "/speech/lost" });
    server.send({ type: "sentence", turn, index: 2, from: 10, to: 15, say: "Three", language: "en" });
    server.tones.set("third", { hertz: 800, ms: 300 });
    server.send({ type: "speech", turn, index: 2, engine: "tone", url: "/speech/third" });
    await server.next("played", 2);
    const heard = await recording(page);
    assertEquals(
      [0.05, heard.samples.length / heard.sampleRate - 0.25].map((at) => {
        return Math.round(pitch(heard, at, at + 0.2) / 20) * 20;
      }),
      [400, 800],
    );
  },
};

Deno.test("the voice on the page", (t) => playScenes(t, scenes, [TAP]));
