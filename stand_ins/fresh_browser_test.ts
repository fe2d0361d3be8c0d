import { assertEquals } from "@std/assert";
import { Builder } from "fresh/dev";
import { testBrowser } from "../tests/browser.ts";
import { app } from "./fixtures/site/main.ts";

const builder = new Builder({
  root: new URL("./fixtures/site/", import.meta.url).href,
  outDir: await Deno.makeTempDir(),
});
(await builder.build({ snapshot: "memory" }))(app);

Deno.test("boot() brings the islands of a page to life where the server rendered them", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.handler());
  const browser = await testBrowser();
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await page.waitForFunction('document.querySelectorAll(".counter.ready").length === 3');
    await page.waitForFunction('document.querySelector(".first").textContent !== "not yet"');
    await page.click("button");
    await page.waitForFunction('document.querySelector("button").textContent === "a: 4"');

    const texts = (selector: string): Promise<string[]> =>
      page.$$eval(selector, (elements) => elements.map((element) => element.textContent ?? ""));
    // One signal was passed to both: they still share it.
    assertEquals(await texts("button"), ["a: 4", "b: 4", "inner: "]);
    assertEquals(await texts("time"), ["1970-01-01T00:00:00.000Z", "", ""]);
    assertEquals(await texts(".first"), ["loaded-when-asked-for one-shared-instance"]);
    assertEquals(await texts(".rest"), ["Map(1) bigint undefined", "", ""]);
    assertEquals(await page.$$eval("main > *", (elements) => elements.map((element) => element.className)), [
      "counter ready",
      "counter ready",
      "first",
      "second",
    ]);
    assertEquals(problems, []);
  } finally {
    await context.close();
  }
});
