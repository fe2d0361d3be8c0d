/** The language model on the page: fetched where it is missing, found again, and chosen. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openNotice, openSettings, pageSays, playScenes, type Scene } from "./page_scene.ts";
import { pullLines, startStub } from "./stub_ollama.ts";
import { asked } from "./talk.ts";
import { logSays, named, say } from "./visit.ts";

const scenes: Scene[] = [
  {
    name: "a model that is missing is pulled, with numbers; stopped, and gone on with",
    stub: { models: [], pullMs: 50, pull: pullLines(4_000_000_000, 200) },
    async play({ page, stub }) {
      await pageSays(page, ".notice", "The model qwen2.5 is not there yet");
      await openNotice(page);
      await (await named(page, "button", "Get qwen2.5")).click();
      const numbers = await page.waitForFunction(() =>
        /\d.* of 4 GB · .*\/s · .* left/.exec(document.querySelector(".pull-numbers")?.textContent ?? "")?.[0]
      );
      assert(await numbers.jsonValue());
      await (await named(page, "button", "Cancel")).click();
      await pageSays(page, ".pull", "What has come so far is kept");
      await stub.requests.findLast(({ path }) => path === "/api/pull")!.closed;
      stub.set({ pullMs: 0 });
      await (await named(page, "button", "Go on")).click();
      await page.waitForFunction(() => document.querySelector(".notice") === null);
      stub.set({ behaviour: { answer: "Here I am." } });
      await say(page, "Hello");
      await logSays(page, "Here I am.");
    },
  },
  {
    name: "A9: models of which only name and size are told are listed, and none is missed before they are",
    stub: { models: [{ name: "qwen2.5:latest", bare: true }, { name: "mini:3b", bare: true }] },
    async play({ page, stub }) {
      await page.evaluate(() => {
        const shown = { missed: false };
        Object.assign(globalThis, { shown });
        new MutationObserver(() => {
          shown.missed ||= document.body.textContent?.includes("Ollama has no model yet") === true;
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      await (await named(page, "button", "Settings")).click();
      await page.waitForFunction(() =>
        [...document.querySelectorAll("dialog [role=radio], dialog .choice")].length >= 2 &&
        document.querySelector("dialog")?.textContent?.includes("mini:3b")
      );
      assertEquals(await page.evaluate(() => (globalThis as unknown as { shown: object }).shown), { missed: false });
      // A list that does not come is none that is empty.
      stub.set({ hang: ["/api/tags"] });
      await (await named(page, "button", "Close")).click();
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await (await named(page, "button", "Settings")).click();
      await pageSays(page, "dialog", "The model qwen2.5 is there");
      await page.waitForSelector("dialog[open]");
      const text = await page.$eval("dialog[open]", (dialog) => dialog.textContent ?? "");
      assertEquals(text.includes("Ollama has no model yet"), false);
    },
  },
  {
    name: "an installed model takes the place of a missing one",
    stub: { models: [{ name: "mini:3b" }], behaviour: { answer: "Small but here." } },
    async play({ page, server, stub }) {
      await openNotice(page);
      await (await named(page, "button", "mini:3b")).click();
      await page.waitForFunction(() => document.querySelector(".notice") === null);
      await say(page, "Hello");
      await logSays(page, "Small but here.");
      assertStringIncludes(asked(stub), '"model":"mini:3b"');
      assertStringIncludes(await Deno.readTextFile(server.services.live.path), "mini:3b");
    },
  },
  {
    name: "an Ollama that was started meanwhile is found by trying again",
    async play({ page, stub }) {
      await stub.close();
      await page.reload();
      await pageSays(page, ".notice", "does not answer at");
      await openNotice(page);
      const tryAgain = await named(page, "button", "Try again");
      await using _again = startStub({ port: Number(new URL(stub.url).port) });
      // The page looks by itself every few seconds, and may have been quicker than this click.
      await tryAgain.evaluate((button) => (button as HTMLElement).click());
      await page.waitForFunction(() => document.querySelector(".notice") === null);
    },
  },
  {
    name: "the settings tell what is there, and another model is chosen among the installed ones",
    stub: { models: [{ name: "qwen2.5:latest" }, { name: "mini:3b", size: 2_000_000_000 }] },
    async play({ page, server }) {
      await openSettings(page, "Language model");
      await pageSays(page, ".checks", "It remembers 32,768 tokens");
      await pageSays(page, ".checks", "The model qwen2.5 is there");
      await (await page.waitForSelector(".choice::-p-text(mini:3b)"))!.click();
      await page.waitForSelector('.choice[aria-pressed="true"]::-p-text(mini:3b)');
      assertEquals(server.services.live.current.llm.model, "mini:3b");
      await (await named(page, "combobox", "Another model")).type("absent\n");
      await pageSays(page, ".checks", "The model absent is not there yet");
      await named(page, "button", "Get absent");
    },
  },
];

Deno.test("the language model on the page: first run, and settings", (t) => playScenes(t, scenes));
