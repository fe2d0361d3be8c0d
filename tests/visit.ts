/** A visit to the built page in a real browser, and what a person does there. */
import { assert, assertEquals } from "@std/assert";
import { type Browser, type Page, watchComplaints } from "./browser.ts";
import { House, type HouseOptions } from "./house.ts";
import { startStub, type Stub } from "./stub_ollama.ts";

/** How long the slowest thing, the avatar under software WebGL on a busy machine, may take, ms. */
const PATIENCE = 60_000;

export interface Visit {
  page: Page;
  house: House;
  stub: Stub;
}

/** Plays a scene on a page of its own, with a server and an Ollama of its own. The page may complain of nothing. */
export async function visit(
  browser: Browser,
  scene: (visit: Visit) => Promise<void>,
  config: HouseOptions["config"] = {},
): Promise<void> {
  await using stub = startStub();
  await using house = await House.open({ config, env: { OLLAMA_HOST: stub.url } });
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints = watchComplaints(page);
    await page.goto(house.url);
    await page.waitForSelector(".chat.ready");
    await scene({ page, house, stub });
    // A missing file is what one scene is about.
    assertEquals(complaints.filter((complaint) => !/404/.test(complaint)), []);
  } finally {
    await context.close();
  }
}

/** The element of that role and name, once it is there. */
export async function named(page: Page, role: string, name: string) {
  const element = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);
  assert(element !== null);
  return element;
}

/** Writes into the box and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await (await named(page, "textbox", "Message")).type(text);
  await (await named(page, "button", "Send")).click();
}

/** The conversation's text, once it holds `words`. */
export async function logSays(page: Page, words: string): Promise<string> {
  const said = (words: string) => document.querySelector('[role="log"]')?.textContent?.includes(words);
  await page.waitForFunction(said, {}, words);
  return await page.$eval('[role="log"]', (log) => log.textContent ?? "");
}
