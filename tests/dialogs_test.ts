/** Dialogs come when they are wanted, with their sheet, and are never seen without it. In a real browser. */
import { assertEquals } from "@std/assert";
import { type HTTPRequest, type Page, testBrowser } from "./browser.ts";
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

const WIDE = [1920, 1440, 1280, 1000].map((width) => ({ width, height: 800 }));
/** Phones, and a desktop at 200 %. */
const NARROW = [[720, 450], [390, 844], [360, 740], [320, 640]].map(([width = 0, height = 0]) => ({ width, height }));

/** Resolves once the page has the size. */
async function resize(page: Page, viewport: { width: number; height: number }): Promise<void> {
  await page.setViewport(viewport);
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, {}, viewport);
}

/** Left and right edges of elements, at one moment. */
function edgesOf(page: Page, selector: string): Promise<number[][]> {
  return page.$$eval(selector, (elements) =>
    elements.map((element) => {
      const { left, right } = element.getBoundingClientRect();
      return [left, right];
    }));
}

/** Pairs of tabs whose words come closer than a blank, or leave their tab. */
function touchingTabs(page: Page): Promise<string[]> {
  return page.$$eval('[role="tab"] span', (names) => {
    const boxes = names.map((name) => {
      const range = document.createRange();
      range.selectNodeContents(name);
      return range.getBoundingClientRect();
    });
    return names.flatMap((name, i) => {
      const [box, next] = [boxes[i]!, boxes[i + 1]];
      const close = next !== undefined && next.left - box.right < 4 && next.left > box.left;
      const tab = name.parentElement!.getBoundingClientRect();
      return close || box.left < tab.left || box.right > tab.right ? [name.textContent ?? ""] : [];
    });
  });
}

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

  ...DIALOGS.map((
    name,
  ): (typeof scenes)[number] => [`U9: ${name}: its edges are those of the chat`, async ({ page }) => {
    await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    await (await named(page, "button", name)).click();
    await page.waitForSelector("dialog[open]");
    for (const viewport of WIDE) {
      await resize(page, viewport);
      // A busy page lays itself out in more than one frame.
      let [dialog, chat]: number[][] = [];
      const seen = () => `${viewport.width} px wide: the dialog is at ${dialog}, the chat at ${chat}`;
      await until(seen, async () => {
        [dialog, chat] = await edgesOf(page, "dialog, .chat");
        return dialog !== undefined && `${dialog}` === `${chat}`;
      }, { patience: 10_000 });
    }
  }]),

  ["U9: Settings: the names of tabs do not touch", async ({ page }) => {
    await (await named(page, "button", "Settings")).click();
    await page.waitForSelector("dialog[open]");
    for (const viewport of [...WIDE, ...NARROW]) {
      await resize(page, viewport);
      assertEquals(await touchingTabs(page), [], `${viewport.width} px wide`);
    }
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
  }, { firstVisit: true }]),

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
    { firstVisit: true, complaints: ["console: Failed to load resource: net::ERR_FAILED"] },
  ]),
];

Deno.test("dialogs", async (t) => {
  const browser = await testBrowser();
  for (const [name, play, options] of scenes) {
    await t.step(name, () => visit(browser, play, {}, options));
  }
});
