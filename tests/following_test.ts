/** The conversation follows what is said, until the reader moves up: rows W12, W12b, U1 and U9, with real wheels and keys. */
import { assert, assertEquals } from "@std/assert";
import { type Page, testBrowser } from "./browser.ts";
import { say, type Visit, visit } from "./visit.ts";

const WORDS = Array.from({ length: 4000 }, (_, i) => i % 12 === 11 ? "line.\n\n" : `word${i} `);

/** Streams without an end that a test would see, and waits until there is something to scroll. */
async function stream({ page, stub }: Visit): Promise<void> {
  stub.set({ behaviour: { answer: WORDS, rate: 40 } });
  await say(page, "Tell me all");
  await page.waitForFunction(() => document.querySelector(".log")!.scrollHeight > 1.6 * innerHeight);
  await page.waitForFunction(() => document.querySelector(".latest") === null);
  const box = (await (await page.$(".log"))!.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
}

/** How far the end is away once much more has been said, CSS pixels. */
async function distanceLater(page: Page): Promise<number> {
  const height = await page.$eval(".log", (log) => log.scrollHeight);
  await page.waitForFunction((height) => document.querySelector(".log")!.scrollHeight > height + 150, {}, height);
  return await page.$eval(".log", (log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

const UPWARDS: [name: string, move: (page: Page) => Promise<void>][] = [
  ["a notch of the wheel", (page) => page.mouse.wheel({ deltaY: -100 })],
  ["a small turn of the wheel", (page) => page.mouse.wheel({ deltaY: -40 })],
  ["a touch pad's smallest", async (page) => {
    for (let i = 0; i < 3; i++) await page.mouse.wheel({ deltaY: -4 });
  }],
  ["ArrowUp", async (page) => {
    await page.focus(".log");
    await page.keyboard.press("ArrowUp");
  }],
];

Deno.test("W12, U1, U9: any move up lets go of the bottom, and a button that covers nothing brings back", async (t) => {
  const browser = await testBrowser();
  for (const [name, move] of UPWARDS) {
    await t.step(name, () =>
      visit(browser, async (visit) => {
        const { page } = visit;
        await stream(visit);
        await move(page);
        const far = await distanceLater(page);
        assert(far > 100, `the page went back to the end: ${far} px away`);
        await page.waitForSelector(".latest");
        const covered = await page.evaluate(() => {
          const [log, button] = [".log", ".latest"].map((one) => document.querySelector(one)!.getBoundingClientRect());
          return log!.bottom - button!.top;
        });
        assert(covered <= 0, `the button covers ${covered} px of what is read`);
        await (await page.waitForSelector(".latest"))!.click();
        await page.waitForFunction(() => document.querySelector(".latest") === null);
        assert(await distanceLater(page) < 2);
      }));
  }
  await t.step("a finger, on a phone", () =>
    visit(browser, async (visit) => {
      const { page } = visit;
      await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await stream(visit);
      const box = (await (await page.$(".log"))!.boundingBox())!;
      const [x, y] = [box.x + 100, box.y + 60];
      const touch = await page.touchscreen.touchStart(x, y);
      for (let dy = 10; dy <= 60; dy += 10) await touch.move(x, y + dy);
      await touch.end();
      assert(await distanceLater(page) > 100);
    }));
  await t.step(
    "W12b: the notice that folds with the first message does not lose the end",
    () =>
      visit(browser, async ({ page, stub }) => {
        await page.setViewport({ width: 1000, height: 480 });
        await stub.close();
        await page.reload();
        await (await page.waitForSelector(".notice summary"))!.click();
        await page.waitForSelector(".notice[open]");
        await say(page, "Tell me a story, please, and a long one");
        await page.waitForSelector('.turn[data-state="done"] .turn-tools button');
        await page.waitForFunction(() => document.querySelector(".notice[open]") === null);
        const away = await page.$eval(".log", (log) => log.scrollHeight - log.scrollTop - log.clientHeight);
        assert(away < 2, `the end is ${away} px away`);
        assertEquals(await page.$(".latest"), null);
      }),
  );
});
