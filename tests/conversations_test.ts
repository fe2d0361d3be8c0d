/** The list of conversations on the page: gone on with, renamed, saved and deleted. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Page } from "./browser.ts";
import { faults } from "./axe.ts";
import { playScenes, type Scene } from "./page_scene.ts";
import { asked, begin, CONFIG, edit, focused, talk } from "./talk.ts";
import { until } from "./until.ts";
import { logSays, named, press, say } from "./visit.ts";

const scenes: Scene[] = [
  {
    name: "conversations are found by what was said, and gone on with",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "How do I keep basil alive?", "Put it by the window.");
      await begin(page);
      await talk(page, stub, "Name a tea", "Sencha.");
      await open(page);
      assertEquals(await titles(page), ["Name a tea", "How do I keep basil alive?"]);
      await page.waitForSelector('.conversation:first-child [aria-current="true"]');
      await (await named(page, "searchbox", "Search conversations")).type("WINDOW");
      const mark = await page.waitForSelector(".conversation-excerpt mark");
      assertEquals(await mark!.evaluate((mark) => mark.textContent), "window");
      assertEquals(await titles(page), ["How do I keep basil alive?"]);
      await page.click(".conversation-open");
      await closed(page);
      const log = await logSays(page, "Put it by the window.");
      assert(!log.includes("Sencha"), log);
      await talk(page, stub, "And water?", "A little.");
      const told = asked(stub);
      assertStringIncludes(told, "Put it by the window.");
      assert(!told.includes("Sencha"), told);
    },
  },
  {
    name: "a conversation is gone on with at its end",
    config: CONFIG,
    async play({ page, stub }) {
      const long = "A line that fills some room.\n\n".repeat(60).trim();
      for (const text of ["One", "Two"]) {
        if (text === "Two") await begin(page);
        stub.set({ behaviour: { answer: `${long} ${text}` } });
        await say(page, text);
        await page.waitForSelector('.turn[data-state="done"] .formatted');
      }
      // What still grows may win over a first scroll.
      await page.waitForFunction(() => {
        if (document.querySelector(".latest") !== null) return true;
        document.querySelector(".log")!.scrollTop -= 500;
        return false;
      });
      await open(page);
      await page.click(".conversation:last-child .conversation-open");
      await logSays(page, "room. One");
      await page.waitForFunction(() => {
        const log = document.querySelector(".log")!;
        return log.scrollHeight - log.clientHeight - log.scrollTop < 2 && document.querySelector(".latest") === null;
      });
    },
  },
  {
    name: "the list answers the keyboard, and gives it back",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "Hello", "Hi.");
      await (await named(page, "button", "Conversations")).focus();
      await page.keyboard.press("Enter");
      await named(page, "dialog", "Conversations");
      await page.waitForSelector(".conversation");
      assertEquals(await focused(page), "Search conversations");
      await page.keyboard.type("nothing of the kind");
      await page.waitForFunction(() => document.querySelector(".conversations-none")?.textContent?.includes("kind"));
      await page.keyboard.press("Escape");
      await page.waitForSelector(".conversation");
      assertEquals(await page.$eval("dialog input", (input) => input.value), "");
      await page.keyboard.press("Escape");
      await closed(page);
      assertEquals(await focused(page), "Conversations");
    },
  },
  {
    name: "a conversation is renamed in its place",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "Hello", "Hi.");
      await open(page);
      await choose(page, "Hello", "Rename");
      await page.keyboard.type("Not this");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".conversation-open");
      assertEquals([await titles(page), await focused(page)], [["Hello"], "More for Hello"]);
      await (await named(page, "button", "Rename")).click();
      await page.waitForSelector(".rename");
      await page.keyboard.type("Greetings 挨拶");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector(".conversation-title")?.textContent === "Greetings 挨拶");
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await open(page);
      assertEquals(await titles(page), ["Greetings 挨拶"]);
    },
  },
  {
    name: "a conversation is deleted only after a question; deleting the open one begins a new one",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "Keep me", "Kept.");
      await begin(page);
      await talk(page, stub, "Forget me", "Gladly.");
      await open(page);
      await choose(page, "Forget me", "Delete");
      await (await named(page, "button", "Cancel")).click();
      await page.waitForFunction(() => document.querySelector(".conversation-question") === null);
      assertEquals(await titles(page), ["Forget me", "Keep me"]);
      await (await named(page, "button", "Delete")).click();
      const sure = await page.waitForSelector(".tool.sure");
      await sure!.click();
      await page.waitForFunction(() => document.querySelectorAll(".conversation").length === 1);
      assertEquals(await titles(page), ["Keep me"]);
      await page.keyboard.press("Escape");
      await closed(page);
      await page.waitForFunction(() => document.querySelectorAll(".turn[data-state]").length === 0);
    },
  },
  {
    name: "a conversation is saved as Markdown and as JSON",
    config: CONFIG,
    async play({ page, stub }) {
      const folder = await Deno.makeTempDir();
      const session = await page.createCDPSession();
      const browserContextId = page.browserContext().id!;
      await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId });
      await talk(page, stub, "What is tea?", "Leaves, in *hot* water.");
      await open(page);
      const texts: string[] = [];
      for (const format of ["Markdown", "JSON"]) {
        const path = join(folder, `What is tea.${format === "JSON" ? "json" : "md"}`);
        if (format === "Markdown") await choose(page, "What is tea?", "Save as Markdown");
        else await (await named(page, "button", "Save as JSON")).click();
        // Until it is whole, the browser has it under another name.
        await until(`${path} is saved`, () => Deno.stat(path).then(() => true, () => false));
        texts.push(await Deno.readTextFile(path));
      }
      assertStringIncludes(texts[0]!, "> What is tea?\n\nLeaves, in *hot* water.");
      assertEquals(JSON.parse(texts[1]!).turns[0].prompt, "What is tea?");
      await Deno.remove(folder, { recursive: true });
    },
  },
  {
    name: "axe finds nothing serious",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "What is tea?", "Leaves, in *hot* water.");
      for (const theme of ["light", "dark", "contrast"]) {
        await page.evaluate((theme) => document.documentElement.dataset.theme = theme, theme);
        await edit(page, 0);
        await (await named(page, "meter", "What the model remembers")).hover();
        assertEquals(await faults(page), [], theme);
        await page.focus(".editor textarea");
        await page.keyboard.press("Escape");
        await open(page);
        await (await named(page, "searchbox", "Search conversations")).type("water");
        await page.waitForSelector("mark");
        await (await named(page, "button", "More for What is tea?")).click();
        await named(page, "button", "Rename");
        assertEquals(await faults(page), [], theme);
        await (await named(page, "button", "Delete")).click();
        await page.waitForSelector(".tool.sure");
        assertEquals(await faults(page), [], theme);
        await (await named(page, "button", "Close")).click();
        await closed(page);
      }
    },
  },
  {
    name: "on a phone the buttons are there without hovering, and the list fits",
    config: CONFIG,
    async play({ page, stub }) {
      await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await talk(page, stub, "First", "One.");
      await talk(page, stub, "Second", "Two.");
      await page.waitForFunction(() =>
        [...document.querySelectorAll(".turn .small-round")].every((button) => {
          const { width, height } = button.getBoundingClientRect();
          return Number(getComputedStyle(button).opacity) > 0.5 && width >= 32 && height >= 32;
        })
      );
      await open(page);
      const sheet = await page.$eval("dialog", (dialog) => dialog.getBoundingClientRect().toJSON());
      assertEquals([sheet.left, sheet.width], [0, 390]);
      assert(sheet.top > 50, JSON.stringify(sheet));
      await page.waitForFunction(() => document.querySelector("dialog")!.getBoundingClientRect().bottom <= 844);
      assertEquals(await page.$eval("dialog", (dialog) => dialog.scrollWidth), 390);
    },
  },
];

Deno.test("conversations on the page", (t) => playScenes(t, scenes));

/** Opens the list. */
async function open(page: Page): Promise<void> {
  await press(page, "Conversations");
  await page.waitForSelector(".conversation");
}

async function closed(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("dialog") === null);
}

/** Does something with the conversation of that title. */
async function choose(page: Page, title: string, what: string): Promise<void> {
  await (await named(page, "button", `More for ${title}`)).click();
  await (await named(page, "button", what)).click();
}

function titles(page: Page): Promise<(string | null)[]> {
  return page.$$eval(".conversation-title", (all) => all.map((title) => title.textContent));
}
