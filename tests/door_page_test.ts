/** The door in a real browser, whose cookies and origins have rules of their own. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Browser, type Page, testBrowser } from "./browser.ts";
import { type OpenPage, openPage } from "./open_page.ts";
import { TestServer } from "./test_server.ts";
import { CALM } from "./visit.ts";

const TOKEN = "open-sesame";

Deno.test("the door, in a browser", async (t) => {
  const browser = await testBrowser();
  await using server = await TestServer.open({ config: { avatar: CALM, server: { host: "0.0.0.0", token: TOKEN } } });
  await t.step(
    "the ready link opens the page, also from another site, and so does a plain link from then on",
    () =>
      visit(browser, async (page, complaints) => {
        using site = openSite(
          `<a id="ready" href="${server.url}/?token=${TOKEN}">x</a><a id="plain" href="${server.url}">x</a>`,
        );
        for (const link of ["#ready", "#plain"]) {
          await page.goto(site.url);
          await page.click(link);
          await page.waitForSelector(".chat.ready");
          assertEquals(page.url(), `${server.url}/`);
        }
        // The first answer to each visit from another site is the 401 that looks once more.
        assertEquals(complaints(), [`401 ${server.url}/`, `401 ${server.url}/`]);
      }),
  );

  await t.step("without the link the page asks for the token", () =>
    visit(browser, async (page) => {
      await page.goto(`${server.url}/?enter`);
      await enter(page, "not the token");
      assertStringIncludes(
        await page.$eval('[role="status"]', (status) => status.textContent ?? ""),
        "not the token",
      );
      await enter(page, TOKEN);
      await page.waitForSelector(".chat.ready");
      assertEquals(page.url(), `${server.url}/`);
    }));

  await t.step(
    "a page of another site gets no socket, even of a visitor who may come in",
    () =>
      visit(browser, async (page) => {
        await page.goto(`${server.url}/?token=${TOKEN}`);
        await page.waitForSelector(".chat.ready");
        assertEquals(await socketOpens(page, server.socketUrl), true);
        using site = openSite("");
        await page.goto(site.url);
        assertEquals(await socketOpens(page, server.socketUrl), false);
      }),
  );
});

async function visit(
  browser: Browser,
  scene: (page: Page, complaints: OpenPage["complaints"]) => Promise<void>,
): Promise<void> {
  await using opened = await openPage(browser);
  await scene(opened.page, opened.complaints);
}

/** Another site: for browsers, localhost is none of 127.0.0.1's. */
function openSite(body: string): { url: string } & Disposable {
  const stop = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen() {} },
    () => new Response(`<!DOCTYPE html>${body}`, { headers: { "content-type": "text/html" } }),
  );
  return { url: `http://localhost:${server.addr.port}/`, [Symbol.dispose]: () => stop.abort() };
}

async function enter(page: Page, token: string): Promise<void> {
  await (await page.waitForSelector("input[name=token]"))!.type(token);
  await Promise.all([page.waitForNavigation(), page.click("button")]);
}

function socketOpens(page: Page, url: string): Promise<boolean> {
  return page.evaluate((url) =>
    new Promise<boolean>((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    }), url);
}
