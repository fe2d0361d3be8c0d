/** A visit to the built page in a real browser, and what a person does there. */
import { assert, assertEquals } from "@std/assert";
import { type Browser, type Page, watchComplaints } from "./browser.ts";
import { House, type HouseOptions } from "./house.ts";
import { startStub, type Stub, type StubOptions } from "./stub_ollama.ts";

/** How long the slowest thing, the avatar under software WebGL on a busy machine, may take, ms. */
const PATIENCE = 60_000;

export interface Visit {
  page: Page;
  house: House;
  stub: Stub;
}

export interface VisitOptions {
  env?: Record<string, string>;
  /** What Ollama is like. */
  stub?: StubOptions;
}

/** Plays a scene on a page of its own, with a server and an Ollama of its own. The page may complain of nothing. */
export async function visit(
  browser: Browser,
  scene: (visit: Visit) => Promise<void>,
  config: HouseOptions["config"] = {},
  { env = {}, stub: ollama = {} }: VisitOptions = {},
): Promise<void> {
  await using stub = startStub(ollama);
  // Software WebGL at full speed would leave nothing of the machine for the page.
  const calm = typeof config === "string" ? config : { avatar: { maxFps: 12 }, ...config };
  await using house = await House.open({ config: calm, env: { OLLAMA_HOST: stub.url, ...env } });
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const complaints = watchComplaints(page);
    await page.goto(house.url);
    await page.waitForSelector(".chat.ready");
    await scene({ page, house, stub });
    // Some scenes are about a file that is missing, or one that is refused.
    assertEquals(complaints.filter((complaint) => !/404|422/.test(complaint)), []);
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
