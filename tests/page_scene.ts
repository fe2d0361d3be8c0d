/** Scenes of a visitor on the built page in a real browser, and what they look for. */
import { type Page, testBrowser } from "./browser.ts";
import type { TestServerOptions } from "./test_server.ts";
import { CALM, press, type Visit, visit, type VisitOptions } from "./visit.ts";

export interface Scene extends VisitOptions {
  name: string;
  play(visit: Visit): Promise<void>;
  /** Default: a figure that stands still. */
  config?: TestServerOptions["config"];
  ignore?: boolean;
}

/** For scenes that are not about movement, which takes a software renderer's whole processor. */
export const STILL = JSON.stringify({ avatar: CALM });

/** Plays scenes, each on a page of its own. */
export async function playScenes(t: Deno.TestContext, scenes: readonly Scene[]): Promise<void> {
  const browser = await testBrowser();
  for (const { name, play, config = STILL, ignore = false, ...options } of scenes) {
    await t.step({ name, ignore, fn: () => visit(browser, play, config, options) });
  }
}

export async function openSettings(page: Page, section: string): Promise<void> {
  await press(page, "Settings");
  await (await page.waitForSelector(`[role="tab"]::-p-text(${section})`))!.click();
  await page.waitForSelector('[role="tabpanel"] .field');
}

/** What is wrong is a line, until one wants to know more. */
export async function openNotice(page: Page): Promise<void> {
  await (await page.waitForSelector(".notice:not([open]) summary"))!.click();
  await page.waitForSelector(".notice[open]");
}

/** Waits until an element says that, wherever its lines break. */
export async function pageSays(page: Page, selector: string, words: string): Promise<void> {
  const said = (selector: string, words: string) =>
    document.querySelector(selector)?.textContent?.replace(/\s+/g, " ").includes(words);
  await page.waitForFunction(said, {}, selector, words);
}

/** Waits until a field of the settings says that. */
export async function fieldSays(page: Page, name: string, words: string): Promise<void> {
  await pageSays(page, `[data-setting="${name}"]`, words);
}
