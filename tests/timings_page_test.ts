/** The timings of the last turns among the settings, on the built page in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { Page as Calls } from "./page_calls.ts";
import type { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { CALM, named, say, visit } from "./visit.ts";
import { TURN_STAGES, type TurnTiming } from "@/lib/protocol/calls.ts";

Deno.test("the last turns stand among the settings with each of their stages, as they come", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, server }) => {
      await openTimings(page);
      await page.waitForSelector(".sheet-body .note::-p-text(No message has come)");
      await page.keyboard.press("Escape");
      await say(page, "Hi");
      await until("all of it was heard", async () => (await timings(server))[0]?.seconds.played !== undefined);
      await openTimings(page);
      await page.waitForSelector(".timings");
      assertEquals(await headings(page), [
        "Asked at",
        "Queue",
        "First token",
        "First clause",
        "First sound",
        "Played",
      ]);
      const [spoken] = await timings(server);
      assertEquals(await rows(page), [shown(spoken!)]);
      assert(!shown(spoken!).includes("–"), "the turn came to every stage");
      await using other = await Calls.open(server);
      other.client.send({ type: "prompt", turn: "silent", text: "Hi" });
      await other.client.next("end");
      await page.waitForFunction(() => document.querySelectorAll(".timings tbody tr:not([aria-hidden])").length === 2);
      const [silent] = await timings(server);
      assertEquals(await rows(page), [shown(silent!), shown(spoken!)]);
      assertEquals(shown(silent!).slice(2), ["–", "–", "–"]);
      assertEquals(await faults(page), []);
      await page.setViewport({ width: 360, height: 740 });
      assertEquals(await page.$eval(".sheet-body", (body) => body.scrollWidth > body.clientWidth), false);
    },
    { avatar: CALM, voice: { engine: "blips" } },
    { stub: { behaviour: { answer: "Hi there." } } },
  );
});

async function openTimings(page: Page): Promise<void> {
  await (await named(page, "button", "Settings")).click();
  await (await page.waitForSelector('[role="tab"]::-p-text(Server)'))!.click();
}

async function timings(server: TestServer): Promise<TurnTiming[]> {
  await using page = await Calls.open(server);
  return await page.call("turns.timings", {});
}

/** The cells of a turn's row as they are to be. */
function shown({ seconds }: TurnTiming): string[] {
  return TURN_STAGES.map((stage) => seconds[stage]?.toFixed(2) ?? "–");
}

async function headings(page: Page): Promise<(string | null)[]> {
  return await page.$$eval(".timings thead th", (cells) => cells.map(({ textContent }) => textContent));
}

/** The cells of each turn's row but for when it was asked, as they are. */
async function rows(page: Page): Promise<string[][]> {
  return await page.$$eval(
    ".timings tbody tr:not([aria-hidden])",
    (rows) => rows.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent ?? "")),
  );
}
