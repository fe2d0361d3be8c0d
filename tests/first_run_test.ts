/** A10: what is seen first, on a machine where no language model runs. */
import { assert, assertEquals } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { visit } from "./visit.ts";

const SIZES = [[1280, 800], [1024, 768], [390, 844]] as const;
/** Where pictures of it go; none are taken when it is not set. */
const PICTURES = Deno.env.get("TEST_PICTURES");

Deno.test("A10: without Ollama the greeting, the suggestions and the box are seen, and the notice is a line until it is opened", async (t) => {
  const browser = await testBrowser();
  for (const [width, height] of SIZES) {
    await t.step(`${width} x ${height}`, () =>
      visit(browser, async ({ page, stub }) => {
        await stub.close();
        const isMobile = width < 500;
        await page.setViewport({ width, height, isMobile, hasTouch: isMobile });
        await page.reload();
        await page.waitForSelector(".chat.ready .notice");
        await page.waitForSelector(".greeting button:enabled");
        // What slides in has come to rest.
        await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
        if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/first-run-${width}.png` });
        const seen = await page.evaluate(() => {
          /** Whether all of an element is on the screen, with nothing over it. */
          const isSeen = (element: Element) => {
            const { left, right, top, bottom } = element.getBoundingClientRect();
            const points = [[left + 2, top + 2], [right - 2, bottom - 2], [(left + right) / 2, (top + bottom) / 2]];
            return points.every(([x = 0, y = 0]) => {
              const at = document.elementFromPoint(x, y);
              return at !== null && (element.contains(at) || at.contains(element));
            });
          };
          const log = document.querySelector(".log")!;
          const words = [...log.querySelectorAll("p")].filter((p) => p.textContent !== "");
          const hidden = (elements: Element[]) => elements.filter((one) => !isSeen(one)).map((one) => one.outerHTML);
          return {
            greeting: words.length,
            hidden: hidden([
              ...words.slice(0, 1),
              ...log.querySelectorAll(".greeting button"),
              document.querySelector("textarea")!,
              document.querySelector(".notice summary")!,
            ]),
            notice: document.querySelector(".notice")!.getBoundingClientRect().height,
            canvas: document.querySelector("canvas")!.getBoundingClientRect().height,
          };
        });
        assert(seen.greeting > 0, "she says something first");
        assertEquals(seen.hidden, []);
        assert(seen.notice < 64, `the notice takes ${seen.notice} px`);
        assert(seen.canvas > 100);
        await (await page.$(".notice summary"))!.click();
        await page.waitForSelector(".notice[open] .checks");
        if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/first-run-open-${width}.png` });
      }));
  }
});
