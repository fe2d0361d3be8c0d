/** The language model among the settings, in a real browser: what is loaded, and how it chooses its words. */
import { assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { openSettings, pageSays } from "./page_scene.ts";
import { CALM, logSays, named, say, type Visit, visit, type VisitOptions } from "./visit.ts";

/** Where pictures of it go; none are taken when it is not set. */
const PICTURES = Deno.env.get("TEST_PICTURES");

interface Scene extends VisitOptions {
  config?: Record<string, unknown>;
  play(visit: Visit): Promise<void>;
}

const scenes: Record<string, Scene> = {
  "what is loaded is told, and what of it is on the graphics card": {
    stub: {
      models: [
        { name: "qwen2.5:latest", size: 4_000_000_000, vram: 1_800_000_000, loaded: 4096 },
        { name: "mini:3b", loaded: true },
      ],
    },
    async play({ page }) {
      await openSettings(page, "Language model");
      await pageSays(page, ".checks", "Loaded (4 GB), only 45 % of it on the graphics card");
      await pageSays(page, ".checks", "In memory beside it: mini:3b");
      await pageSays(
        page,
        ".checks",
        "It remembers 4,096 tokens of a conversation, of the 32,768 that the model could",
      );
      assertEquals(await faults(page), []);
      await pictures(page, "loaded");
    },
  },
  "an option is set by its name within its range, goes along with the next message, and others stay as they are": {
    config: { llm: { options: { mirostat: 2 } } },
    async play({ page, stub, server }) {
      await openSettings(page, "Language model");
      await (await page.waitForSelector(".fold summary"))!.click();
      await write(page, "Surprise (temperature)", "9");
      await pageSays(page, '[data-setting="llm.options.temperature"]', "A number from 0 to 5");
      await write(page, "Surprise (temperature)", "0.3");
      await pageSays(page, '[data-setting="llm.options.temperature"]', "Saved");
      assertEquals(server.services.live.current.llm.options, { mirostat: 2, temperature: 0.3 });
      assertEquals(await faults(page), []);
      await pictures(page, "options");
      await page.keyboard.press("Escape");
      await say(page, "Hello");
      await logSays(page, "You said: Hello");
      const { body } = stub.requests.findLast(({ path }) => path === "/api/chat")!;
      assertEquals((body as { options: unknown }).options, { mirostat: 2, temperature: 0.3 });
    },
  },
};

const KEY = "sk-hush";
scenes["a key is entered, kept, and never shown again"] = {
  stub: { kind: "openai", key: KEY, models: [{ name: "gpt" }] },
  config: { llm: { provider: "openai", model: "gpt" } },
  env: {},
  async play({ page, stub, server }) {
    await openSettings(page, "Language model");
    const host = await page.waitForSelector("#setting-llm\\.host");
    await host!.evaluate((box) => (box as HTMLInputElement).select());
    await host!.type(`${stub.url}\n`);
    await pageSays(page, '[data-setting="llm.host"]', "Saved");
    await (await page.waitForSelector("#server-key"))!.type(`${KEY}\n`);
    await pageSays(page, "#server-key-help", `A key is kept for ${stub.url}`);
    await pageSays(page, ".checks", "OpenAI is running");
    assertEquals(await page.$eval("#server-key", (box) => (box as HTMLInputElement).value), "");
    assertEquals(await faults(page), []);
    await pictures(page, "key");
    await page.reload();
    await openSettings(page, "Language model");
    await pageSays(page, "#server-key-help", "A key is kept");
    assertEquals((await page.content()).includes(KEY), false);
    await (await named(page, "button", "Forget it")).click();
    await pageSays(page, "#server-key-help", "OpenAI answers nobody without a key");
    assertEquals(server.services.modelService.chosen.key, "none");
  },
};

Deno.test("the language model among the settings", async (t) => {
  const browser = await testBrowser();
  for (const [name, { play, config = {}, ...options }] of Object.entries(scenes)) {
    await t.step(name, () => visit(browser, play, { avatar: CALM, ...config }, options));
  }
});

/** Writes into a box in place of what is there, and leaves it as Enter does. */
async function write(page: Page, label: string, text: string): Promise<void> {
  const box = await named(page, "spinbutton", label);
  await box.evaluate((one) => (one as HTMLInputElement).select());
  await box.type(`${text}\n`);
}

async function pictures(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.screenshot({ path: `${PICTURES}/${name}-${scheme}.png` });
  }
  const { width, height } = page.viewport()!;
  await page.setViewport({ width: 390, height: 844 });
  await page.screenshot({ path: `${PICTURES}/${name}-phone.png` });
  await page.setViewport({ width, height });
}
