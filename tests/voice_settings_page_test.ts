/** The voice among the settings, in a real browser: it is heard before it is taken up. */
import { assert, assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { levels, listen } from "./listen.ts";
import { until } from "./until.ts";
import { CALM, named, type Visit, visit } from "./visit.ts";

/** For `page.evaluateOnNewDocument`: what the page asks the server for. */
function watchCalls(): void {
  const calls: { method: string; params: Record<string, unknown> }[] = [];
  Object.assign(globalThis, { calls });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    const frame = JSON.parse(String(data));
    if (frame.type === "call") calls.push(frame);
    return send.call(this, data);
  };
}

async function lastTrial(page: Page): Promise<Record<string, unknown> | undefined> {
  return await page.evaluate(() =>
    (globalThis as unknown as { calls: { method: string; params: Record<string, unknown> }[] }).calls
      .findLast(({ method }) => method === "speech.say")?.params
  );
}

const scenes: Record<string, { config: Record<string, unknown>; play(visit: Visit): Promise<void> }> = {};

scenes["a line is heard as the boxes stand, before they are taken up, until Stop"] = {
  config: { voice: { engine: "blips", volume: 0.5 } },
  async play({ page, server }) {
    await openVoice(page, "Settings", "Character");
    await (await page.waitForSelector("#setting-voice\\.pitch"))!.focus();
    await page.$eval("#setting-voice\\.pitch", (box) => (box as HTMLInputElement).value = "0.5");
    // Pressed by a screen reader, a button does not take the focus from the box.
    await (await named(page, "button", "Say something")).evaluate((button) => (button as HTMLElement).click());
    await until("it is asked for", async () => await lastTrial(page) !== undefined);
    const { text, ...how } = (await lastTrial(page))!;
    assertEquals(how, { engine: "blips", rate: 1, pitch: 0.5, from: 0 });
    assert(String(text).startsWith("Hi, I'm Sora!"), String(text));
    assertEquals(server.services.live.current.voice.pitch, 1);
    await until("it is heard", async () => (await levels(page)).some((level) => level > 0.02));
    assert((await levels(page)).every((level) => level < 0.25 * 0.5), "at half the volume");
    await (await named(page, "button", "Stop")).click();
    await named(page, "button", "Say something");
    const stopped = (await levels(page)).length;
    await until("a while has gone by", async () => (await levels(page)).length > stopped + 30);
    assert((await levels(page)).slice(stopped + 10).every((level) => level < 0.01), "it is still heard");
    assertEquals(await faults(page), []);
  },
};

scenes["where words go is said of each engine, and why nothing is heard, beside the button"] = {
  config: { voice: { engine: "flite", host: "http://127.0.0.1:9" } },
  async play({ page }) {
    await openVoice(page, "Settings", "Character");
    await trialSays(page, "What she says stays on this machine.");
    await page.select("#setting-voice\\.engine", "off");
    await trialSays(page, "Nobody speaks.");
    await page.select("#setting-voice\\.engine", "browser");
    await trialSays(page, "What she says stays on your device.");
    await (await named(page, "button", "Say something")).click();
    await trialSays(page, "This voice does not speak your language.");
    await page.select("#setting-voice\\.engine", "openai");
    await trialSays(page, "What she says stays on this machine.");
    await (await named(page, "button", "Say something")).click();
    await trialSays(page, "Nobody answers at http://127.0.0.1:9");
    await named(page, "button", "Say something");
  },
};

scenes["a reader of another language hears the page's own words, or is told that no voice has them"] = {
  config: { ui: { language: "ja" }, voice: { engine: "flite", host: "http://tts.example:8880/v1" } },
  async play({ page }) {
    await openVoice(page, "設定", "キャラクター");
    await (await named(page, "button", "話してみる")).click();
    await trialSays(page, "この声はあなたの言語を話せません");
    assert(String((await lastTrial(page))!.text).includes("Sora"));
    assert(/\p{Script=Hiragana}/u.test(String((await lastTrial(page))!.text)));
    await page.select("#setting-voice\\.engine", "openai");
    await trialSays(page, "tts.example:8880 に送られます");
  },
};

Deno.test("the voice among the settings", async (t) => {
  const browser = await testBrowser();
  for (const [name, { config, play }] of Object.entries(scenes)) {
    await t.step(name, () => visit(browser, play, { avatar: CALM, ...config }));
  }
});

async function openVoice(page: Page, settings: string, section: string): Promise<void> {
  await page.evaluateOnNewDocument(listen);
  await page.evaluateOnNewDocument(watchCalls);
  await page.reload();
  await page.waitForSelector(".chat.ready");
  await (await named(page, "button", settings)).click();
  await (await page.waitForSelector(`[role="tab"]::-p-text(${section})`))!.click();
  await page.waitForSelector(".say-something");
}

async function trialSays(page: Page, words: string): Promise<void> {
  const said = (words: string) => document.querySelector('[data-setting="voice"]')?.textContent?.includes(words);
  await page.waitForFunction(said, {}, words);
}
