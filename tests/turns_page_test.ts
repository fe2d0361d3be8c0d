/** Turns on the page: edited, asked anew, what is told of them, and the first words. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "./browser.ts";
import { faults } from "./axe.ts";
import { playScenes, type Scene } from "./page_scene.ts";
import { asked, begin, CONFIG, edit, focused, talk } from "./talk.ts";
import { logSays, named } from "./visit.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";

const scenes: Scene[] = [
  {
    name: "a message is edited, and asked from there",
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
      const told = asked(stub);
      assertStringIncludes(told, "One.");
      assert(!told.includes("Two."), told);
      await page.reload();
      await logSays(page, "Another two.");
      assertEquals(await said(page), ["First", "Second, again"]);
    },
  },
  {
    name: "the last answer is made anew",
    config: CONFIG,
    async play({ page, stub }) {
      await talk(page, stub, "First", "One.");
      await talk(page, stub, "Second", "Two.");
      assertEquals(await page.$$eval('[aria-label="Answer anew"]', (buttons) => buttons.length), 1);
      stub.set({ behaviour: { answer: "Better." } });
      await (await named(page, "button", "Answer anew")).click();
      const log = await logSays(page, "Better.");
      assert(!log.includes("Two."), log);
      assertEquals(await said(page), ["First", "Second"]);
      assert(!asked(stub).includes("Two."));
    },
  },
  {
    name: "the meter tells what the model is told, and what not any more",
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
  {
    name: "C4: the meter names the lore that is told, and the import what is not honoured",
    config: CONFIG,
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
  {
    name: "the character has a name and greets in its own words",
    config: { ...CONFIG, prompt: "tutor" },
    async play({ page, stub, server }) {
      const { greeting } = BUILTIN_PERSONAS.tutor;
      const html = await (await fetch(server.url)).text();
      assertStringIncludes(html, greeting);
      await logSays(page, greeting);
      assertEquals(await page.$eval(".chat-header h2", (name) => name.textContent), "Noor");
      await talk(page, stub, "Hello", "Hi.");
      await logSays(page, greeting);
      assertStringIncludes(asked(stub), greeting);
      await server.services.settings.change([{ path: ["prompt"], value: "streamer" }]);
      await page.waitForFunction(() => document.querySelector(".chat-header h2")?.textContent === "Kit");
      // What was said to begin with stays; who speaks now begins the next conversation.
      await logSays(page, greeting);
      await begin(page);
      await logSays(page, BUILTIN_PERSONAS.streamer.greeting);
    },
  },
  {
    name: "C7: the first words are chosen before the first message, by keyboard, and stay",
    config: CONFIG,
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
      const told = asked(stub);
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
];

Deno.test("turns on the page", (t) => playScenes(t, scenes));

function said(page: Page): Promise<(string | null)[]> {
  return page.$$eval(".said .text", (all) => all.map((text) => text.textContent));
}
