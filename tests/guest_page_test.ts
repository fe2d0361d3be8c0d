/** A link for guests, made on the owner's page and followed in another browser. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { faults } from "./axe.ts";
import { testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { bringSmallerTextures } from "./smaller_textures.ts";
import { TestServer } from "./test_server.ts";
import { startStub } from "./stub_ollama.ts";
import { CALM, logSays, named, say } from "./visit.ts";

const TOKEN = "open-sesame";

Deno.test("the owner makes a link, a guest talks by it and finds no settings, until it is turned off", async () => {
  const browser = await testBrowser();
  await using stub = startStub({ behaviour: { answer: "Welcome, dear guest." } });
  const config = { server: { host: "0.0.0.0", token: TOKEN }, avatar: CALM };
  await using server = await TestServer.open({ config, env: { OLLAMA_HOST: stub.url } });
  await bringSmallerTextures(server.services);
  await using owners = await openPage(browser);
  await using guests = await openPage(browser, { figure: true });
  const [owner, guest] = [owners.page, guests.page];
  await owner.goto(`${server.url}/?token=${TOKEN}`);
  await owner.waitForSelector(".chat.ready");
  await (await named(owner, "button", "Settings")).click();
  await (await named(owner, "tab", "Server")).click();
  const make = await named(owner, "button", "Make a link");
  await owner.waitForFunction((button) => !(button as HTMLButtonElement).disabled, {}, make);
  await make.click();
  const box = await named(owner, "textbox", "Link for guests");
  const link = new URL(await box.evaluate((input) => (input as HTMLInputElement).value));
  assertMatch(link.search, /^\?token=[\w-]{22}$/);
  assertEquals(await faults(owner), []);

  await guest.goto(server.url + link.pathname + link.search);
  await guest.waitForSelector(".chat.ready");
  assertEquals(guest.url(), `${server.url}/`);
  await say(guest, "Hello");
  await logSays(guest, "Welcome, dear guest.");
  assertEquals(await guest.$$('::-p-aria([name="Settings"][role="button"])'), []);
  // A file above the page is not taken.
  const taken = await guest.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "x.zip"));
    return !document.dispatchEvent(new DragEvent("dragover", { dataTransfer, cancelable: true, bubbles: true }));
  });
  assertEquals([taken, await guest.$(".drop-overlay")], [false, null]);
  await guest.reload();
  await logSays(guest, "Welcome, dear guest.");
  assertEquals(await faults(guest), []);
  assertEquals(guests.complaints(), []);

  await (await named(owner, "button", "Turn it off")).click();
  await named(owner, "button", "Make a link");
  await guest.waitForFunction(() =>
    document.querySelector(".status")?.textContent?.includes("Guests are not let in any more")
  );
  assert((await fetch(server.url + link.pathname + link.search)).status === 401);
});
