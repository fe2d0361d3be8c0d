/** Browsers that lack what newer ones have, and keyboards that are not on a desk. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Page, testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { TestServer } from "./test_server.ts";
import { CALM, logSays, named, press, say, visit } from "./visit.ts";

/** Loads the page anew, without what the names stand for. */
async function reloadWithout(page: Page, names: string[]): Promise<void> {
  await page.evaluateOnNewDocument((names: string[]) => {
    for (const name of names) {
      const [last = "", ...owners] = name.split(".").reverse();
      const owner = owners.reverse().reduce<object>((at, key) => Reflect.get(at, key), globalThis);
      if (!Reflect.deleteProperty(owner, last)) throw new Error(`${name} stays`);
    }
  }, names);
  await page.reload();
}

Deno.test("A3, A3b: chat, settings and stage work in a browser without four things that are newer than many", async () =>
  await visit(
    await testBrowser(),
    async ({ page, stub }) => {
      await reloadWithout(page, [
        "Intl.Segmenter",
        "AbortSignal.any",
        "Promise.withResolvers",
        "structuredClone",
      ]);
      await page.waitForSelector(".chat.ready");
      stub.set({ behaviour: { answer: "Works here. And on!" } });
      await say(page, "Hello");
      await logSays(page, "Works here. And on!");
      const heard = await page.waitForSelector('[aria-live="polite"] p');
      assertStringIncludes(await heard!.evaluate((line) => line.textContent ?? ""), "Works here.");
      await page.waitForSelector('canvas[data-state="ready"]');
      await (await named(page, "button", "Settings")).click();
      await page.waitForFunction(() => document.querySelector("dialog")?.textContent?.includes("qwen2.5"));
      await (await page.waitForSelector('[role="tab"]::-p-text(Character)'))!.click();
      await page.waitForSelector('[role="tabpanel"] .initial');
      assertEquals(await page.$eval("#cannot-run", (box) => (box as HTMLElement).hidden), true);
    },
    {},
    { figure: true },
  ));

Deno.test("A3b: a page that cannot run says why, in the reader's language", async () => {
  const browser = await testBrowser();
  await using server = await TestServer.open({ config: { avatar: CALM } });
  await using opened = await openPage(browser);
  const { page } = opened;
  await page.setExtraHTTPHeaders({ "accept-language": "ja" });
  await page.evaluateOnNewDocument(() => void Reflect.deleteProperty(globalThis, "WebSocket"));
  await page.goto(server.url);
  const box = await page.waitForSelector("#cannot-run:not([hidden])");
  const said = await box!.evaluate((box) => (box as HTMLElement).innerText);
  assertStringIncludes(said, "このブラウザーでは");
  assertStringIncludes(said, "WebSocket is not defined");
  await page.setJavaScriptEnabled(false);
  await page.goto(server.url);
  const words = await page.$$eval(".cannot-run", (all) => all.map((one) => (one as HTMLElement).innerText));
  assertStringIncludes(words.join(), "JavaScript が必要");
});

/** The box's text after Enter, with what is pressed together with it. */
async function enter(page: Page, ...held: ("Shift" | "Control" | "Alt")[]): Promise<string> {
  const box = await named(page, "textbox", "Message");
  await box.evaluate((box) => {
    const area = box as HTMLTextAreaElement;
    area.value = "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await box.type("a");
  for (const key of held) await page.keyboard.down(key);
  await page.keyboard.press("Enter");
  for (const key of held) await page.keyboard.up(key);
  return await box.evaluate((box) => (box as HTMLTextAreaElement).value);
}

async function chooseEnterKey(page: Page, choice: string): Promise<void> {
  await press(page, "Settings");
  await page.locator('[role="tab"]::-p-text(Appearance)').click();
  await page.locator(`[role="tabpanel"] label:has([name="enter"])::-p-text(${choice})`).click();
  await press(page, "Close");
  await page.waitForFunction(() => document.querySelector("dialog") === null);
}

Deno.test("A4: Enter does what it does elsewhere on the device, or what was chosen; a new line is always possible", async () =>
  await visit(await testBrowser(), async ({ page, stub }) => {
    stub.set({ behaviour: { answer: "Yes." } });
    assertEquals(await enter(page), "");
    assertEquals(await enter(page, "Shift"), "a\n");
    assertEquals(await enter(page, "Alt"), "a\n");
    await chooseEnterKey(page, "New line");
    assertEquals(await enter(page), "a\n");
    assertEquals(await enter(page, "Control"), "");
    await chooseEnterKey(page, "As usual");

    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
    await page.reload();
    await page.waitForSelector(".chat.ready");
    assertEquals(await enter(page), "a\n");
    const box = await named(page, "textbox", "Message");
    assertEquals(await box.evaluate((box) => (box as HTMLTextAreaElement).enterKeyHint), "enter");
    await (await named(page, "button", "Send")).tap();
    await page.waitForFunction(() => document.querySelector("textarea")?.value === "");
    await chooseEnterKey(page, "Sends");
    assertEquals(await enter(page), "");
    await box.type("one");
    await (await named(page, "button", "New line")).tap();
    await box.type("two");
    assertEquals(await box.evaluate((box) => (box as HTMLTextAreaElement).value), "one\ntwo");
  }));
