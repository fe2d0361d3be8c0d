/** What a real browser sends when a folder is dropped onto its page. */
import { assertEquals } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { TestServer } from "./test_server.ts";
import { modelFiles } from "@/lib/avatars/model_fixture.ts";

Deno.test("a browser's form keeps the paths of a folder, in any language", async () => {
  await using server = await TestServer.open();
  const browser = await testBrowser();
  await using opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${server.url}/app-config.json`);
  const files = Object.entries(modelFiles({}, "ミア")).map(([path, content]) =>
    [`モデル/${path}`, typeof content === "string" ? [...new TextEncoder().encode(content)] : [...content]] as const
  );
  const answer = await page.evaluate(async (files) => {
    const form = new FormData();
    for (const [path, bytes] of files) form.append("file", new Blob([new Uint8Array(bytes)]), path);
    const response = await fetch("/api/avatars", { method: "POST", body: form });
    return [response.status, await response.json()];
  }, files);
  assertEquals(answer, [201, { name: "ミア", warnings: [] }]);
  assertEquals(server.services.settings.appConfig().model, "ミア");
});
