/** Where the character goes on to speak: on a page that is loaded anew, and in one of several tabs. */
import { assert, assertEquals } from "@std/assert";
import { withoutWebGL } from "./open_page.ts";
import type { Tone } from "./scripted_server.ts";
import { PATIENCE, until } from "./until.ts";
import { named } from "./visit.ts";
import { answer, askedToSay, playScenes, sayTo, type Scene, type Scenes, wantPress } from "./voice_scene.ts";

/** Sounds for longer than a busy machine needs to open another tab. */
const LONG: Tone = { hertz: 400, ms: 2 * PATIENCE };

/** Runs where another tab speaks, after `prepare` in each of both. */
async function twoTabs({ page, server }: Scene, prepare: () => void): Promise<void> {
  await page.evaluateOnNewDocument(prepare);
  await page.reload();
  await page.waitForSelector(".chat.ready");
  await server.next("voice", 2);
  const turn = await answer({ page, server }, ["One two three four five."], [LONG]);
  await page.waitForFunction(() => CSS.highlights.has("heard"));
  server.history = [{ turn, prompt: "?", text: "One two three four five.", thinking: "", state: "done" }];
  const other = await page.browserContext().newPage();
  await other.evaluateOnNewDocument(withoutWebGL);
  await other.evaluateOnNewDocument(prepare);
  await other.goto(server.url);
  await other.waitForSelector(".chat.ready");
  await until("a use of the other tab that takes effect", async () => {
    await other.click("h1");
    return server.received.some((one) => one.type === "call" && one.method === "speech.turn");
  });
  assertEquals((await askedToSay(server)).params, { turn, from: 0 });
  await page.waitForFunction(() => !CSS.highlights.has("heard"));
}

const scenes: Scenes = {
  "a page that is loaded anew in mid-sentence goes on at that sentence, and asks for the press that it needs": async (
    { page, server },
  ) => {
    const turn = await answer({ page, server }, ["One.", "Two and three and four."], [
      { hertz: 400, ms: 300 },
      { hertz: 600, ms: 20_000 },
    ]);
    await server.next("played");
    server.history = [{ turn, prompt: "?", text: "One. Two and three and four.", thinking: "", state: "done" }];
    await page.waitForFunction(() => localStorage.getItem("vtuber:spoken")?.includes('"index":1'));
    await page.evaluateOnNewDocument(wantPress);
    await page.reload();
    const asked = await askedToSay(server);
    assertEquals(asked.params, { turn, from: 1 });
    const sentence = { index: 1, from: 5, to: 28, say: "Two and three and four.", language: "en" };
    server.send({ type: "progress", id: asked.id, value: { ...sentence, engine: "tone", url: `/speech/${turn}-1` } });
    server.send({ type: "result", id: asked.id, value: {} });
    const isSounding = () =>
      (globalThis as unknown as { recorded: { samples: Float32Array }[] }).recorded
        .some(({ samples }) => samples.some((sample) => Math.abs(sample) > 0.1));
    await (await page.waitForSelector(".voice-blocked"))!.click();
    await page.waitForFunction(isSounding);
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    await page.waitForFunction(() => document.querySelector(".voice-blocked") === null);
    await page.keyboard.press("Escape");
    const { heard = -1 } = await server.next("stop");
    assert(heard > 5 && heard < 28, `${heard}`);
  },

  "a page that was loaded without sound goes on when that is switched on": async ({ page, server }) => {
    const turn = await answer({ page, server }, ["One two three four five."], [LONG]);
    await page.waitForFunction(() => localStorage.getItem("vtuber:spoken")?.includes('"index":0'));
    server.history = [{ turn, prompt: "?", text: "One two three four five.", thinking: "", state: "done" }];
    await page.evaluate(() => document.cookie = "sound=false; Path=/");
    await page.reload();
    await page.waitForSelector(".formatted");
    await (await named(page, "button", "Mute")).click();
    assertEquals((await askedToSay(server)).params, { turn, from: 0 });
    assertEquals(server.received.filter(({ type }) => type === "hello").length, 2, "it did not connect anew for that");
  },

  "of two tabs the one that was used last speaks": (scene) => twoTabs(scene, () => {}),

  "of two tabs one speaks where there are no Web Locks, as with plain http": (scene) =>
    twoTabs(scene, () => Object.defineProperty(navigator, "locks", { value: undefined })),

  "what others have asked is to be heard, too, once the reader has pressed something": async ({ page, server }) => {
    await page.evaluateOnNewDocument(wantPress);
    await page.reload();
    await page.waitForSelector(".chat.ready");
    await server.next("voice", 2);
    sayTo(server, "from-elsewhere", ["One two three."], [{ hertz: 400, ms: 20_000 }]);
    await page.waitForSelector(".voice-blocked");
    assertEquals(await page.evaluate(() => CSS.highlights.has("heard")), false);
    await page.click("h1");
    await page.waitForFunction(() => CSS.highlights.has("heard"));
    await page.waitForFunction(() => document.querySelector(".voice-blocked") === null);
  },
};

Deno.test("the voice on a page that is loaded anew, and in several tabs", (t) => playScenes(t, scenes));
