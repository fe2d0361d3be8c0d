/** What was streamed is on the built page, letter by letter and at once, and again after a reload: rows W1 to W14. */
import { assert, assertEquals } from "@std/assert";
import { type Page, testBrowser } from "./browser.ts";
import { named, say, visit } from "./visit.ts";

interface Row {
  name: string;
  text: string;
  /** Looks at the formatted answer. */
  look(answer: Element): unknown;
  seen: unknown;
}

const ROWS: Row[] = [
  {
    name: "W1",
    text: "[小美]: 你好！",
    look: (answer) => answer.textContent?.trim(),
    seen: "[小美]: 你好！",
  },
  {
    name: "W5",
    text: "See [docs][1] here.\n\nMore text.\n\n[1]: https://example.com/docs",
    look: (answer) => [...answer.querySelectorAll("a")].map(({ href, textContent }) => [href, textContent]),
    seen: [["https://example.com/docs", "docs"]],
  },
  {
    name: "W6",
    text: ">_< so shy ¯\\_(ツ)_/¯ (*^_^*)",
    look: (answer) => answer.textContent?.trim(),
    seen: ">_< so shy ¯\\_(ツ)_/¯ (*^_^*)",
  },
  {
    name: "W7",
    text: "\\(a_1+b_1\\) and\n\n$$\\frac{a}{b}$$\n\n\\(\\broken{\\)",
    look: (answer) => [
      [...answer.querySelectorAll("math")].map((math) => [math.getAttribute("display"), math.textContent]),
      answer.querySelectorAll("mfrac, msub").length,
      answer.textContent?.includes("\\(\\broken{\\)"),
      answer.querySelectorAll("[style]").length,
    ],
    seen: [[[null, "a1+b1"], ["block", "ab"]], 3, true, 0],
  },
  {
    name: "W8",
    text: "مرحبا! كيف حالك؟ استخدم `npm i`.\n\nHello.",
    look: (answer) =>
      [...answer.querySelectorAll("p, code")].map((part) => [part.localName, getComputedStyle(part).direction]),
    seen: [["p", "rtl"], ["code", "ltr"], ["p", "ltr"]],
  },
  {
    name: "where columns and numbers stand",
    text: "| a | b |\n|---|--:|\n| 1 | 2 |\n\n3. three",
    look: (answer) => [
      getComputedStyle(answer.querySelectorAll("td")[1]!).textAlign,
      answer.querySelector("ol")?.start,
    ],
    seen: ["end", 3],
  },
  {
    name: "W14",
    text: "- [ ] open\n- [x] done",
    look: (answer) =>
      [...answer.querySelectorAll("input")].map(({ type, checked, disabled, labels }) => [
        type,
        checked,
        disabled,
        labels?.[0]?.textContent?.trim(),
      ]),
    seen: [["checkbox", false, true, "open"], ["checkbox", true, true, "done"]],
  },
];

async function shown(page: Page, { look, seen, name }: Row, turn: number): Promise<void> {
  const selector = '.turn[data-state="done"] .formatted';
  await page.waitForFunction(
    (selector, turn) => document.querySelectorAll(selector).length === turn,
    {},
    selector,
    turn,
  );
  // The library for formulas comes with the first one.
  if (name === "W7") {
    await page.waitForFunction(() =>
      document.querySelectorAll("math").length % 2 === 0 && document.querySelector("math")
    );
  }
  const answers = await page.$$(selector);
  assertEquals(await answers.at(-1)!.evaluate(look), seen, name);
}

Deno.test("W1 to W14: the same letter by letter, at once, and after a reload", async (t) => {
  const browser = await testBrowser();
  for (const row of ROWS) {
    await t.step(row.name, () =>
      visit(browser, async ({ page, stub }) => {
        stub.set({ behaviour: { answer: [...row.text] } });
        await say(page, "Letters");
        await shown(page, row, 1);
        stub.set({ behaviour: { answer: [row.text] } });
        await say(page, "At once");
        await shown(page, row, 2);
        await page.reload();
        await page.waitForSelector(".chat.ready");
        await shown(page, row, 2);
        assertEquals(await page.$eval("textarea", (box) => box.dir), "auto");
      }, { prompt: "none" }));
  }
  const silent: [name: string, behaviour: Record<string, unknown>, words: string][] = [
    ["only thoughts", { answer: [], thinking: ["Hm. ", "Well."] }, "thought, and then said nothing"],
    ["only a tool", { answer: [], toolCalls: [{ function: { name: "f", arguments: {} } }] }, "without a word"],
    ["only loaded", { answer: [], doneReason: "load" }, "without a word"],
    ["thoughts without an end", { answer: [], thinking: ["Hm."], doneReason: "length" }, "still thinking"],
  ];
  for (const [name, behaviour, words] of silent) {
    await t.step(`W10: ${name}`, () =>
      visit(browser, async ({ page, stub }) => {
        stub.set({ behaviour });
        await say(page, "Well?");
        const note = await page.waitForSelector('.turn[data-state="done"] .note');
        const text = await note!.evaluate(({ textContent }) => textContent ?? "");
        assert(text.includes(words), text);
        assert(await page.$('button[aria-label="Answer again"], .turn-tools button') !== null);
      }, { prompt: "none" }));
  }
  await t.step(
    "W15: a table of five columns has all the room, scrolls within it, and opens large",
    () =>
      visit(browser, async ({ page, stub }) => {
        await page.setViewport({ width: 1440, height: 900 });
        const row = (cell: string) => `|${` ${cell} |`.repeat(5)}`;
        const small = "| a | b |\n| --- | --- |\n| 1 | 2 |\n";
        const wide = [row("A heading"), row("---"), row("some words that take room")].join("\n");
        stub.set({ behaviour: { answer: `${small}\nand\n\n${wide}` } });
        await say(page, "A table");
        await page.waitForSelector('.turn[data-state="done"] .wide table');
        const { frame, table, log, lines } = await page.$eval(".wide .table-scroll", (frame) => ({
          frame: frame.clientWidth,
          table: frame.scrollWidth,
          log: document.querySelector(".log-content")!.clientWidth,
          lines: frame.querySelector("td")!.clientHeight / parseFloat(getComputedStyle(frame).lineHeight),
        }));
        assert(table > frame && frame > log - 90, `${table} in ${frame} in ${log}`);
        assert(lines < 3.5, `${lines} lines in a cell`);
        // The one button that is to be seen: what has room needs none.
        const large = await named(page, "button", "Open large");
        await large.focus();
        await page.keyboard.press("Enter");
        const opened = await named(page, "dialog", "Large view");
        const [room, needed] = await opened.$eval(".enlarged-content", (all) => [all.clientWidth, all.scrollWidth]);
        assert(room! > frame && needed! <= room!, `${needed} in ${room}, ${frame} before`);
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => document.querySelector("dialog") === null);
        assert(await large.evaluate((button) => button === document.activeElement), "the keyboard is elsewhere");
      }, { prompt: "none" }),
  );
});
