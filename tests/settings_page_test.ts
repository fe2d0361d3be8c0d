/** The settings on the built page in a real browser: fields, keyboard, and what is seen at once. */
import { assert, assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import type { Page } from "./browser.ts";
import { fieldSays, openNotice, openSettings, pageSays, playScenes, type Scene } from "./page_scene.ts";
import { named } from "./visit.ts";

const COMMENTED = `{
  // how the avatar is drawn
  "avatar": { "maxFps": 30 }, // my laptop
  "plugins": [1, 2] // another program's
}
`;

const scenes: Scene[] = [
  {
    name: "a setting is written into the file, which keeps its comments; what is wrong is said beside its field",
    config: COMMENTED,
    async play({ page, server }) {
      await openSettings(page, "Avatar");
      const file = () => Deno.readTextFile(server.services.live.path);
      await write(page, "Pictures a second, at most", "45");
      await fieldSays(page, "avatar.maxFps", "Saved");
      assertEquals(await file(), COMMENTED.replace("30", "45"));
      await write(page, "Pictures a second, at most", "999");
      await fieldSays(page, "avatar.maxFps", "A number from 1 to 240");
      await write(page, "Speed of movement", "0");
      await fieldSays(page, "timeScale", "it should be a number greater than 0 and at most 100");
      assertEquals(await page.$eval("#setting-timeScale", (box) => box.getAttribute("aria-invalid")), "true");
      assertEquals(await file(), COMMENTED.replace("30", "45"));
      await write(page, "Pictures a second, at most", "45");
      await (await named(page, "button", "Pictures a second, at most: Back to 60")).click();
      await page.waitForFunction(() =>
        document.querySelector<HTMLInputElement>('[data-setting="avatar.maxFps"] input')?.value === "60"
      );
      assert(!(await file()).includes("45"));
      assertEquals(await page.evaluate(() => document.activeElement?.id), "setting-avatar.maxFps");
      await page.locator('[role="tab"]::-p-text(Server)').click();
      await write(page, "Port", "9123");
      await pageSays(page, ".sheet-foot", "Restart the server");
    },
  },
  {
    name: "a field that the environment decides is read-only and says by what",
    env: { VTUBER_TIME_SCALE: "2", VTUBER_MODEL: "hiyori", VTUBER_LOG_LEVEL: "error" },
    async play({ page }) {
      await openSettings(page, "Avatar");
      await fieldSays(page, "timeScale", "The environment variable VTUBER_TIME_SCALE decides this");
      assert(await page.$eval("#setting-timeScale", (box) => (box as HTMLInputElement).readOnly));
      await pageSays(page, '[role="tabpanel"]', "VTUBER_MODEL");
      await page.waitForSelector(".choice:disabled::-p-text(Shizuku)");
      await page.locator('[role="tab"]::-p-text(Server)').click();
      await page.waitForSelector("select:disabled");
    },
  },
  {
    name: "the keyboard is enough for the settings, and comes back to where it was",
    async play({ page }) {
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await (await named(page, "button", "Settings")).focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog[open] .field");
      assertEquals(await focused(), "Language model");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("End");
      await page.waitForSelector('[data-setting="server.port"]');
      assertEquals(await focused(), "Server");
      await page.keyboard.press("ArrowRight");
      assertEquals(await focused(), "Language model");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector("dialog") === null);
      assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Settings");
    },
  },
  {
    name: "what everyone sees who has not chosen changes at once, and a choice of one's own stays",
    async play({ page }) {
      await openSettings(page, "Appearance");
      await (await page.waitForSelector("#setting-ui\\.theme"))!.select("dark");
      await page.waitForSelector(':root[data-theme="dark"]');
      await page.$$eval('[name="theme"]', (choices) => (choices[1] as HTMLElement).click());
      await page.waitForSelector(':root[data-theme="light"]');
      await page.select("#setting-ui\\.theme", "contrast");
      await fieldSays(page, "ui.theme", "Saved");
      assertEquals(await page.evaluate(() => document.documentElement.dataset.theme), "light");
      await page.select("#setting-ui\\.language", "ja");
      await page.waitForSelector(':root[lang="ja"]');
      // The avatar is an island of its own.
      await page.waitForSelector('canvas[aria-label^="アバター"]');
    },
  },
  {
    name: "axe has nothing serious against any part of it",
    figure: true,
    stub: { models: [{ name: "mini:3b" }] },
    async play({ page }) {
      await openNotice(page);
      await named(page, "button", "mini:3b");
      assertEquals(await faults(page), []);
      for (const section of ["Language model", "Character", "Avatar", "Appearance", "Server"]) {
        if (section === "Language model") await openSettings(page, section);
        else await page.click(`[role="tab"]::-p-text(${section})`);
        await page.waitForSelector('[role="tabpanel"] .field');
        assertEquals(await faults(page), [], section);
      }
    },
  },
];

Deno.test("the settings on the page", (t) => playScenes(t, scenes));

/** Writes into a box in place of what is there, and leaves it as Enter does. */
async function write(page: Page, label: string, text: string): Promise<void> {
  const box = await page.waitForSelector(`[role="tabpanel"] ::-p-aria(${label})`);
  await box!.focus();
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type(`${text}\n`);
}
