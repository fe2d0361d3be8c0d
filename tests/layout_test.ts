/** How the page is divided between the stage and the conversation, and where the keyboard is: rows U2, U3 and U10. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { logSays, say, visit } from "./visit.ts";

interface Sizes {
  stage: number;
  chat: number;
  /** What the handle tells. */
  now: number;
  least: number;
  most: number;
  orientation: string | null;
}

/** Sizes along the axis that the page is divided by, per cent of the page, once nothing moves any more. */
async function sizes(page: Page): Promise<Sizes> {
  return await page.evaluate(async () => {
    const page = document.querySelector(".page")!;
    const divider = document.querySelector(".divider")!;
    await Promise.all(page.getAnimations().map(({ finished }) => finished));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const orientation = divider.getAttribute("aria-orientation");
    const size = orientation === "vertical" ? "clientWidth" : "clientHeight";
    const share = (name: string) => 100 * page.querySelector(name)![size] / page[size];
    const [now, least, most] = ["now", "min", "max"].map((key) => Number(divider.getAttribute(`aria-value${key}`)));
    return { stage: share(".stage"), chat: share(".chat"), now, least, most, orientation } as Sizes;
  });
}

async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.waitForSelector(".chat.ready");
}

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await (await page.$(selector))!.boundingBox();
  return { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
}

Deno.test("U2: the divider is dragged, moved by keys, taken back and remembered, within limits at every width", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page }) => {
      await page.setViewport({ width: 1440, height: 900 });
      const usual = await sizes(page);
      assertEquals(usual.orientation, "vertical");
      assertAlmostEquals(usual.stage + usual.chat, 100, 2);
      assert(await page.$eval(".chat", (chat) => chat.getBoundingClientRect().height > 0.9 * innerHeight));
      const { x, y } = await middleOf(page, ".divider");
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 100, y, { steps: 5 });
      await page.mouse.move(x - 300, y, { steps: 5 });
      await page.mouse.up();
      const dragged = await sizes(page);
      assertAlmostEquals(dragged.stage, usual.stage - 100 * 300 / 1440, 0.2);
      assertAlmostEquals(dragged.now, dragged.stage, 0.6);
      // The server renders it so: nothing jumps when the page comes alive.
      await page.setJavaScriptEnabled(false);
      await page.reload();
      const rendered = await page.$eval(".stage", (stage) => 100 * stage.clientWidth / innerWidth);
      assertAlmostEquals(rendered, dragged.stage, 0.2);
      await page.setJavaScriptEnabled(true);
      await reload(page);
      assertAlmostEquals((await sizes(page)).stage, dragged.stage, 0.2);

      await page.focus(".divider");
      await page.keyboard.press("ArrowRight");
      assertAlmostEquals((await sizes(page)).stage, dragged.stage + 2, 0.2);
      for (const width of [1920, 1024, 700]) {
        await page.setViewport({ width, height: 600 });
        await page.focus(".divider");
        await page.keyboard.press("Home");
        const least = await sizes(page);
        assertAlmostEquals(least.stage, 100 * 18 * 16 / width, 0.2);
        assertAlmostEquals(least.least, least.stage, 0.6);
        await page.keyboard.press("End");
        const most = await sizes(page);
        assertAlmostEquals(most.stage, 100 - 100 * 20 * 16 / width, 0.2);
        assertAlmostEquals(most.most, most.stage, 0.6);
      }
      assertEquals(await faults(page), []);
      await page.setViewport({ width: 1440, height: 900 });
      await sizes(page);
      const place = await middleOf(page, ".divider");
      await page.mouse.click(place.x, place.y, { count: 2 });
      assertAlmostEquals((await sizes(page)).stage, usual.stage, 0.2);
      await reload(page);
      assertAlmostEquals((await sizes(page)).stage, usual.stage, 0.2);
    },
    {},
    { figure: true },
  );
});

const LONG = Array.from({ length: 60 }, (_, i) => `Line ${i} of a long answer.\n\n`);

Deno.test("U3: on a phone the stage gives way to reading and writing, or keeps what the reader gives it", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, stub }) => {
      await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
      await reload(page);
      const rest = await sizes(page);
      assertEquals(rest.orientation, "horizontal");
      assertAlmostEquals(rest.stage, 45, 1);
      // No keyboard comes up unasked.
      assertEquals(await page.evaluate(() => document.activeElement?.tagName), "BODY");

      await page.tap(".composer textarea");
      const writing = await sizes(page);
      assert(writing.stage < 22, `${writing.stage} % of the page are the stage's`);
      stub.set({ behaviour: { answer: LONG } });
      await say(page, "Tell me all");
      await logSays(page, "Line 59");
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      assertAlmostEquals((await sizes(page)).stage, rest.stage, 0.2);

      // Reading what was said before: the stage gives way, and the line that is read stays under the eye.
      const placeOfLine = () =>
        page.evaluate(() => {
          const line = [...document.querySelectorAll(".log p")].find((p) => p.textContent?.startsWith("Line 50"));
          return line!.getBoundingClientRect().top;
        });
      await page.evaluate(() => document.querySelector(".log")!.scrollBy(0, -300));
      const before = await placeOfLine();
      await page.waitForSelector(".latest");
      assert((await sizes(page)).stage < 22);
      assertAlmostEquals(await placeOfLine(), before, 3);
      await page.tap(".latest");
      assertAlmostEquals((await sizes(page)).stage, rest.stage, 0.2);

      // Given by hand, it keeps what it has.
      const { x, y } = await middleOf(page, ".divider");
      const touch = await page.touchscreen.touchStart(x, y);
      for (let moved = 20; moved <= 120; moved += 20) await touch.move(x, y - moved);
      await touch.end();
      const chosen = await sizes(page);
      assertAlmostEquals(chosen.stage, rest.stage - 100 * 120 / 844, 0.3);
      await page.focus(".divider");
      await page.keyboard.press("ArrowDown");
      assertAlmostEquals((await sizes(page)).stage, chosen.stage + 2, 0.3);
      await page.evaluate(() => document.querySelector(".log")!.scrollBy(0, -300));
      await page.waitForSelector(".latest");
      assertAlmostEquals((await sizes(page)).stage, chosen.stage + 2, 0.3);
      await reload(page);
      assertAlmostEquals((await sizes(page)).stage, chosen.stage + 2, 0.3);
      assertEquals(await faults(page), []);
      // With a keyboard on the screen there is still room to read.
      await page.setViewport({ width: 390, height: 460, hasTouch: true, isMobile: true });
      await sizes(page);
      const height = await page.$eval(".chat", ({ clientHeight }) => clientHeight);
      assert(height >= 17 * 16 - 1, `${height} px`);
    },
    {},
    { figure: true },
  );
});

Deno.test("U10: the box has the keyboard at once where there is a mouse, and a link leads to it", async () => {
  const browser = await testBrowser();
  await visit(browser, async ({ page }) => {
    const focused = () => page.evaluate(() => document.activeElement?.className || document.activeElement?.id);
    await page.waitForFunction(() => document.activeElement?.id === "message");
    await page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
    });
    await page.keyboard.press("Tab");
    assertEquals(await focused(), "skip-link pill");
    await page.waitForFunction(() => document.querySelector(".skip-link")!.getBoundingClientRect().top > 0);
    await page.keyboard.press("Enter");
    assertEquals(await focused(), "message");
    await page.keyboard.type("Hello");
    assertEquals(await page.$eval("textarea", ({ value }) => value), "Hello");
    // Whoever has gone elsewhere before the page came alive is left there.
    await page.evaluateOnNewDocument(() => {
      document.addEventListener("DOMContentLoaded", () => document.querySelector<HTMLElement>(".skip-link")?.focus());
    });
    await reload(page);
    assertEquals(await focused(), "skip-link pill");
  });
});
