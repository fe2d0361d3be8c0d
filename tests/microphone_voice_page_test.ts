/** Her voice while somebody talks into it, in a real browser: what the loudspeaker is given is looked at. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "./browser.ts";
import { listen, OPEN, playScenes, type Scene } from "./microphone_scene.ts";
import { PATIENCE, until } from "./until.ts";
import { say } from "./visit.ts";

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

playScenes("her voice beside the microphone", {
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
});
