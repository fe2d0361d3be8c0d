/** Dialogs come when they are wanted, with their sheet, and are never seen without it. In a real browser. */
import { assertEquals } from "@std/assert";
import { type HTTPRequest, launchBrowser, type Page } from "./browser.ts";
import { until } from "./until.ts";
import { named, type Visit, visit, type VisitOptions } from "./visit.ts";

const DIALOGS = ["Conversations", "Settings"];

/** The sheets that the page has asked for. */
const sheetsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) =>
      path.endsWith(".css")
    )
  );

const isOpen = async (page: Page): Promise<boolean> => await page.$("dialog[open]") !== null;

/** Keeps back each request for the dialogs' sheet. */
async function holdSheet(page: Page): Promise<HTTPRequest[]> {
  const held: HTTPRequest[] = [];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url().includes("/dialogs.css")) held.push(request);
    else void request.continue();
  });
  return held;
}

const scenes: [name: string, play: (visit: Visit) => Promise<void>, options?: VisitOptions][] = [
  ["one sheet is all that the page waits for", async ({ page }) => {
    assertEquals(await sheetsOf(page), ["/styles.css"]);
    await (await named(page, "button", "Settings")).click();
    await page.waitForSelector("dialog[open]");
    assertEquals(await sheetsOf(page), ["/styles.css", "/dialogs.css"]);
  }],

  ...DIALOGS.map((name): (typeof scenes)[number] => [`${name}: shown once it is dressed`, async ({ page }) => {
    const held = await holdSheet(page);
    const script = page.waitForResponse((response) => response.url().includes(`${name}Dialog`));
    await (await named(page, "button", name)).click();
    await script;
    await until("the sheet is asked for", () => held.length === 1);
    // What is there without its sheet would be shown by now.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assertEquals(await isOpen(page), false);
    await held[0]!.continue();
    const dialog = await page.waitForSelector("dialog[open]");
    assertEquals(await dialog!.evaluate((dialog) => getComputedStyle(dialog).overflow), "hidden");
  }]),

  ...DIALOGS.map((
    name,
  ): (typeof scenes)[number] => [
    `${name}: who presses is told that it cannot come, and may press again`,
    async ({ page }) => {
      const held = await holdSheet(page);
      const button = await named(page, "button", name);
      const told = async () => await page.$('[role="alert"]::-p-text(This could not be loaded)') !== null;
      await button.click();
      await until("it is told", async () => {
        for (const request of held.splice(0)) await request.abort();
        return await told();
      });
      assertEquals(await isOpen(page), false);
      await button.click();
      await until("it has come", async () => {
        for (const request of held.splice(0)) await request.continue();
        return await isOpen(page);
      });
      assertEquals(await told(), false);
    },
    { complaints: ["console: Failed to load resource: net::ERR_FAILED"] },
  ]),
];

Deno.test("dialogs", async (t) => {
  const browser = await launchBrowser();
  try {
    for (const [name, play, options] of scenes) {
      await t.step(name, () => visit(browser, play, {}, options));
    }
  } finally {
    await browser.close();
  }
});
