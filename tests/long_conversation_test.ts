/** Row U13: what a page holds is bounded by what is near the screen, and nothing is missing where the reader looks. */
import { assert } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { comeBack, talkLong } from "./long_conversation.ts";
import { visit } from "./visit.ts";

const TURNS = 86;

Deno.test("U13: a conversation of 86 turns is drawn near the screen only, wherever the reader goes", async () => {
  const browser = await testBrowser();
  await visit(browser, async ({ page, server, stub }) => {
    const nodes = () => page.$eval(".log", (log) => log.querySelectorAll("*").length);
    await comeBack(page, await talkLong(server, stub, TURNS), TURNS);
    assert(await nodes() < 1500, `${await nodes()} elements at the end`);
    await page.waitForFunction(() => {
      const log = document.querySelector(".log")!;
      return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
    });
    await page.focus(".log");
    for (const key of ["PageUp", "PageUp", "PageUp", "Home"] as const) {
      await page.keyboard.press(key);
      // What is seen is drawn, and has its words.
      await page.waitForFunction(() => {
        const { top, bottom } = document.querySelector(".log")!.getBoundingClientRect();
        const seen = [...document.querySelectorAll(".turn")].filter((turn) => {
          const place = turn.getBoundingClientRect();
          return place.bottom > top && place.top < bottom;
        });
        return seen.length > 0 && seen.every((turn) => turn.textContent !== "");
      });
      assert(await nodes() < 1500, `${await nodes()} elements after ${key}`);
    }
    await page.waitForFunction(() => document.querySelector(".turn[data-state]")!.textContent!.includes("Question 0?"));
  });
});
