/** Two browsers on a server that lets everybody in: neither finds anything of the other's, and both meet their limits. */
import { assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { startStub } from "./stub_ollama.ts";
import { CALM, logSays, named, say, SILENT } from "./visit.ts";
import { openServer, TOKEN } from "./visitors.ts";

const CROWDED = "Many new guests have come from your network";

Deno.test("two guests on an open server find nothing of each other's, and are told when they may go on", async () => {
  const browser = await testBrowser();
  await using stub = startStub({ behaviour: { answer: "Your secret is safe with me." } });
  const config = { guests: { promptsPerDay: 2, newPerHour: 2 }, avatar: CALM, voice: SILENT };
  await using server = await openServer(config, { env: { OLLAMA_HOST: stub.url } });
  await using annas = await openPage(browser);
  await using bens = await openPage(browser);
  await using owners = await openPage(browser);
  await using fourth = await openPage(browser);
  const [anna, ben, owner] = [annas.page, bens.page, owners.page];
  for (const page of [anna, ben]) await enter(page, server.url);
  await say(anna, "Anna likes kites");
  await logSays(anna, "Your secret is safe with me.");
  assertEquals(await anna.evaluate(() => document.cookie.includes("guest")), false, "a script can read the cookie");
  await anna.reload();
  await logSays(anna, "Anna likes kites");

  await say(ben, "Ben likes trains");
  await logSays(ben, "Your secret is safe with me.");
  assertEquals(await titles(ben), ["Ben likes trains"]);
  await (await named(ben, "searchbox", "Search conversations")).type("kites");
  await ben.waitForFunction(() => document.body.textContent?.includes("Nothing found for “kites”"));
  await ben.keyboard.press("Escape");

  await anna.waitForSelector(".chat.ready");
  await say(anna, "A second message");
  await anna.waitForFunction(() => document.querySelectorAll('.turn[data-state="done"]').length === 2);
  await say(anna, "One too many");
  const failure = await anna.waitForSelector(".failure");
  assertEquals(
    await failure!.evaluate((failure) => [...failure.querySelectorAll("p")].map(({ textContent }) => textContent)),
    ["That is all for now", "You can go on in 12 hours."],
  );
  assertEquals(await faults(anna), []);

  // A third guest finds it crowded; the owner comes in all the same, and sees which conversations are guests'.
  await fourth.page.goto(server.url);
  assertEquals((await fourth.page.$eval("main", (main) => main.textContent))?.includes(CROWDED), true);
  assertEquals(await faults(fourth.page), []);
  await enter(owner, `${server.url}/?token=${TOKEN}`);
  assertEquals(await titles(owner), ["Anna likes kites", "Ben likes trains"]);
  assertEquals(await owner.$$eval(".conversation", (all) => all.map((one) => one.textContent?.includes("guest"))), [
    true,
    true,
  ]);
  assertEquals([annas, bens, owners].map(({ complaints }) => complaints()), [[], [], []]);
  assertEquals(fourth.complaints(), [`429 ${server.url}/`]);
});

async function enter(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForSelector(".chat.ready");
}

/** Opens the list, and gives what it holds. */
async function titles(page: Page): Promise<string[]> {
  await (await named(page, "button", "Conversations")).click();
  await page.waitForSelector(".conversation-open");
  return await page.$$eval(".conversation-title", (all) => all.map((one) => one.textContent ?? ""));
}
