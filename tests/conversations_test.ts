/** Conversations on the page: gone on with, renamed, saved and deleted; turns edited and asked anew. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type Browser, launchBrowser, type Page } from "./browser.ts";
import { faults } from "./axe.ts";
import { CALM, logSays, named, say, type Visit, visit } from "./visit.ts";
import type { Knobs, Stub } from "./stub_ollama.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";

/** A still avatar leaves the machine to what is tested here. */
const CONFIG = { avatar: CALM, llm: { api: "chat" } };

interface Scene {
  play(visit: Visit & { browser: Browser }): Promise<void>;
  config?: Record<string, unknown>;
  /** For whom axe looks at the whole page. */
  figure?: boolean;
}

const scenes: Record<string, Scene> = {
  "conversations are found by what was said, and gone on with": {
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
      const told = JSON.stringify(stub.requests.at(-1)!.body);
      assertStringIncludes(told, "Put it by the window.");
      assert(!told.includes("Sencha"), told);
    },
  },

  "a conversation is gone on with at its end": {
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

  "the list answers the keyboard, and gives it back": {
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

  "a conversation is renamed in its place": {
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

  "a conversation is deleted only after a question; deleting the open one begins a new one": {
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

  "a conversation is saved as Markdown and as JSON": {
    async play({ page, stub, browser }) {
      const folder = await Deno.makeTempDir();
      const session = await browser.target().createCDPSession();
      await talk(page, stub, "What is tea?", "Leaves, in *hot* water.");
      await open(page);
      const texts: string[] = [];
      for (const format of ["Markdown", "JSON"]) {
        const done = Promise.withResolvers<void>();
        session.on("Browser.downloadProgress", ({ state }) => state === "completed" && done.resolve());
        await session.send("Browser.setDownloadBehavior", {
          behavior: "allow",
          downloadPath: folder,
          eventsEnabled: true,
          browserContextId: page.browserContext().id!,
        });
        if (format === "Markdown") await choose(page, "What is tea?", "Save as Markdown");
        else await (await named(page, "button", "Save as JSON")).click();
        await done.promise;
        session.removeAllListeners();
        texts.push(await Deno.readTextFile(join(folder, `What is tea.${format === "JSON" ? "json" : "md"}`)));
      }
      assertStringIncludes(texts[0]!, "> What is tea?\n\nLeaves, in *hot* water.");
      assertEquals(JSON.parse(texts[1]!).turns[0].prompt, "What is tea?");
      await session.detach();
      await Deno.remove(folder, { recursive: true });
    },
  },

  "a message is edited, and asked from there": {
    config: { ...CONFIG, limits: { promptChars: 40 } },
    async play({ page, stub }) {
      await talk(page, stub, "First", "One.");
      await talk(page, stub, "Second", "Two.");
      await talk(page, stub, "Third", "Three.");
      await edit(page, 1);
      await page.keyboard.type(" thought");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector(".editor") === null);
      assertEquals(await said(page), ["First", "Second", "Third"]);
      await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Edit message");

      await edit(page, 1);
      await page.keyboard.type(", which is much longer than what is taken");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".editor-error");
      assertStringIncludes(await page.$eval(".editor textarea", (box) => box.value), "Second, which");
      assertEquals(await page.$$eval(".turn[data-state]", (turns) => turns.length), 3);

      stub.set({ behaviour: { answer: "Another two." } });
      await page.$eval(".editor textarea", (box) => box.select());
      await page.keyboard.type("Second, again");
      await page.keyboard.press("Enter");
      await logSays(page, "Another two.");
      assertEquals(await said(page), ["First", "Second, again"]);
      const told = JSON.stringify(stub.requests.at(-1)!.body);
      assertStringIncludes(told, "One.");
      assert(!told.includes("Two."), told);
      await page.reload();
      await logSays(page, "Another two.");
      assertEquals(await said(page), ["First", "Second, again"]);
    },
  },

  "the last answer is made anew": {
    async play({ page, stub }) {
      await talk(page, stub, "First", "One.");
      await talk(page, stub, "Second", "Two.");
      assertEquals(await page.$$eval('[aria-label="Answer anew"]', (buttons) => buttons.length), 1);
      stub.set({ behaviour: { answer: "Better." } });
      await (await named(page, "button", "Answer anew")).click();
      const log = await logSays(page, "Better.");
      assert(!log.includes("Two."), log);
      assertEquals(await said(page), ["First", "Second"]);
      assert(!JSON.stringify(stub.requests.at(-1)!.body).includes("Two."));
    },
  },

  "the meter tells what the model is told, and what not any more": {
    config: { ...CONFIG, prompts: { brief: { text: "Be brief." } }, llm: { api: "chat", contextLength: 1024 } },
    async play({ page, stub }) {
      const counting = { tokensOf: (text: string) => Math.ceil(text.length / 4) };
      await talk(page, stub, "First", "One.", counting);
      const meter = await named(page, "meter", "What the model remembers");
      await page.waitForFunction(() =>
        /^\d+ of 768 tokens\. The whole/.test(document.querySelector(".context")!.ariaValueText ?? "")
      );
      const first = await meter.evaluate((meter) => Number(meter.getAttribute("aria-valuenow")));
      await talk(page, stub, "Second", "Two words.", counting);
      await page.waitForFunction(
        (first) => Number(document.querySelector(".context")!.ariaValueNow) > first,
        {},
        first,
      );
      await talk(page, stub, "Long", "word ".repeat(400).trim());
      await talk(page, stub, "Longer", "word ".repeat(420).trim());
      await page.waitForFunction(() =>
        document.querySelector(".context")!.ariaValueText?.includes("The oldest 3 messages")
      );
    },
  },

  "C4: the meter names the lore that is told, and the import what is not honoured": {
    figure: true,
    async play({ page, stub, server }) {
      const entries = [
        { keys: ["tea"], content: "Tea is green.", name: "About tea", enabled: true, insertion_order: 1 },
        { keys: ["/(?=x)/"], content: "Never.", enabled: true, insertion_order: 2 },
      ];
      const card = { spec: "chara_card_v2", data: { name: "Mei", description: "A fox.", character_book: { entries } } };
      await page.evaluate((json) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([json], "mei.json", { type: "application/json" }));
        document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
      }, JSON.stringify(card));
      await page.waitForFunction(() =>
        document.querySelector(".upload[data-phase=done] li")?.textContent?.includes("the key /(?=x)/")
      );
      assertEquals(server.services.live.current.prompt, "Mei");
      await talk(page, stub, "Hello", "Hi.");
      const says = (words: string) =>
        page.waitForFunction(
          (words) => document.querySelector(".context")?.ariaValueText?.includes(words),
          {},
          words,
        );
      await says("Nothing of the lore book is told");
      await talk(page, stub, "Some tea?", "Yes.");
      await says("From the lore book, about ");
      await says("About tea");
      assertEquals(await faults(page), []);
    },
  },

  "the character has a name and greets in its own words": {
    config: { ...CONFIG, prompt: "tutor" },
    async play({ page, stub, server }) {
      const { greeting } = BUILTIN_PERSONAS.tutor;
      const html = await (await fetch(server.url)).text();
      assertStringIncludes(html, greeting);
      await logSays(page, greeting);
      assertEquals(await page.$eval(".chat-header h2", (name) => name.textContent), "Noor");
      await talk(page, stub, "Hello", "Hi.");
      await logSays(page, greeting);
      assertStringIncludes(JSON.stringify(stub.requests.at(-1)!.body), greeting);
      await server.services.settings.change([{ path: ["prompt"], value: "streamer" }]);
      await page.waitForFunction(() => document.querySelector(".chat-header h2")?.textContent === "Kit");
      // What was said to begin with stays; who speaks now begins the next conversation.
      await logSays(page, greeting);
      await begin(page);
      await logSays(page, BUILTIN_PERSONAS.streamer.greeting);
    },
  },

  "C7: the first words are chosen before the first message, by keyboard, and stay": {
    figure: true,
    async play({ page, stub, server }) {
      const data = { name: "Alice", first_mes: "First words", alternate_greetings: ["Second words", "Third words"] };
      const form = new FormData();
      form.append("file", new Blob([JSON.stringify({ spec: "chara_card_v2", data })]), "alice.json");
      const { ok, body } = await fetch(`${server.url}/api/characters`, { method: "POST", body: form });
      await body?.cancel();
      assert(ok);
      await logSays(page, "First words");
      await (await named(page, "button", "Next greeting")).focus();
      await page.keyboard.press("Enter");
      await logSays(page, "Second words");
      await page.waitForFunction(() =>
        document.querySelector(".greeting-choice [role=status]")?.textContent?.startsWith("Greeting 2 of 3")
      );
      assertEquals(await focused(page), "Next greeting");
      assertEquals(await faults(page), []);
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await logSays(page, "Second words");
      // Round and back again.
      await (await named(page, "button", "Next greeting")).click();
      await logSays(page, "Third words");
      await (await named(page, "button", "Next greeting")).click();
      await logSays(page, "First words");
      await (await named(page, "button", "Previous greeting")).click();
      await logSays(page, "Third words");
      await talk(page, stub, "Hello", "Hi.");
      assertEquals(await page.$(".greeting-choice"), null);
      const told = JSON.stringify(stub.requests.findLast(({ path }) => path === "/api/chat")!.body);
      assert(told.includes("Third words") && !told.includes("First words"), told);
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await logSays(page, "Hi.");
      const log = await logSays(page, "Third words");
      assert(!log.includes("First words"), log);
      await begin(page);
      await logSays(page, "First words");
    },
  },

  "axe finds nothing serious": {
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

  "on a phone the buttons are there without hovering, and the list fits": {
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
};

Deno.test("conversations on the page", async (t) => {
  const browser = await launchBrowser();
  try {
    for (const [name, { play, config = CONFIG, figure = false }] of Object.entries(scenes)) {
      await t.step(name, () => visit(browser, (visited) => play({ ...visited, browser }), config, { figure }));
    }
  } finally {
    await browser.close();
  }
});

/** Says something and waits until it is answered. */
async function talk(page: Page, stub: Stub, text: string, answer: string, knobs: Knobs = {}): Promise<void> {
  stub.set({ behaviour: { answer, ...knobs } });
  await say(page, text);
  await page.waitForFunction(
    (text, answer) => {
      const turn = [...document.querySelectorAll('.turn[data-state="done"]')].at(-1);
      return turn?.textContent?.includes(text) && turn.textContent.includes(answer);
    },
    {},
    text,
    answer.replaceAll("*", ""),
  );
}

/** Begins a new conversation. */
async function begin(page: Page): Promise<void> {
  await (await named(page, "button", "New conversation")).click();
  await page.waitForFunction(() => document.querySelectorAll(".turn[data-state]").length === 0);
}

/** Opens the list. */
async function open(page: Page): Promise<void> {
  await (await named(page, "button", "Conversations")).click();
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

/** Opens the editor of a message, counted from 0. */
async function edit(page: Page, index: number): Promise<void> {
  const buttons = await page.$$('[aria-label="Edit message"]');
  await buttons[index]!.click();
  await page.waitForSelector(".editor textarea");
}

function titles(page: Page): Promise<(string | null)[]> {
  return page.$$eval(".conversation-title", (all) => all.map((title) => title.textContent));
}

function said(page: Page): Promise<(string | null)[]> {
  return page.$$eval(".said .text", (all) => all.map((text) => text.textContent));
}

/** The name of what has the keyboard. */
function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}
