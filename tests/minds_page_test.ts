/** The page over each kind of server, and over others where the chosen one is gone. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { startStub } from "./stub_ollama.ts";
import { until } from "./until.ts";
import { logSays, named, say, visit } from "./visit.ts";

/** Where pictures of it go; none are taken when it is not set. */
const PICTURES = Deno.env.get("TEST_PICTURES");

Deno.test("the page talks through Ollama, through a server with OpenAI's protocol, and through the second host once the first was killed in mid-answer", async (t) => {
  const browser = await testBrowser();
  await t.step("Ollama", () =>
    visit(browser, async ({ page, stub }) => {
      await say(page, "Hello");
      await logSays(page, "You said: Hello");
      assertEquals(stub.requests.some(({ path }) => path === "/api/chat"), true);
    }, { prompt: "none" }));

  await t.step("a server with OpenAI's protocol", async () => {
    await using far = startStub({ kind: "lmstudio", models: [{ name: "mini" }], behaviour: { thinking: ["Hm."] } });
    const llm = { provider: "lmstudio", host: far.url, model: "mini" };
    await visit(browser, async ({ page, stub }) => {
      await page.waitForFunction(() => document.querySelector(".status-text")?.textContent?.includes("mini"));
      assertEquals(await page.$eval(".status-text", (text) => text.getAttribute("title")), "LM Studio · mini");
      await say(page, "Hello");
      const log = await logSays(page, "You said: Hello");
      assert(!log.includes("Answered by"), log);
      assertEquals(stub.requests.length, 0);
    }, { prompt: "none", llm });
  });

  await t.step("the second host", async () => {
    const first = startStub({ behaviour: { answer: ["Once", " upon", " a time"], stallAfter: 2 } });
    await using second = startStub({ behaviour: { answer: "The second one speaks." } });
    const llm = { hosts: [first.url, second.url] };
    await visit(browser, async ({ page }) => {
      await say(page, "Tell me a story");
      await logSays(page, "Once upon");
      await first.close();
      await logSays(page, "broke off");
      assertStringIncludes(await logSays(page, "Once upon"), "Once upon");
      await say(page, "And now?");
      await logSays(page, "The second one speaks.");
    }, { prompt: "none", llm });
  });
});

Deno.test("the page says who answers in place of the chosen language model, and that it was so after a reload", async () => {
  const browser = await testBrowser();
  await using near = startStub({ models: [{ name: "small" }] });
  const config = {
    prompt: "none",
    llm: { provider: "lmstudio", host: "http://127.0.0.1:9", model: "big", fallbacks: ["spare"] },
    llms: { spare: { model: "small", host: near.url } },
  };
  await visit(browser, async ({ page }) => {
    await page.waitForFunction(() => document.querySelector(".status-text")?.textContent?.includes("small"));
    const notice = await page.$eval(".notice", (notice) => notice.textContent ?? "");
    assertStringIncludes(notice, "Ollama answers instead");
    assertStringIncludes(notice, "LM Studio cannot be reached");
    await say(page, "Hello");
    await logSays(page, "You said: Hello");
    await logSays(page, "Answered by Ollama · small");
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/stand-in.png` });
    await page.reload();
    await logSays(page, "Answered by Ollama · small");
  }, config);
});

Deno.test("the settings choose the kind of server, its address and its model", async () => {
  const browser = await testBrowser();
  await using far = startStub({ kind: "vllm", models: [{ name: "first" }, { name: "second" }] });
  await visit(
    browser,
    async ({ page, server, stub }) => {
      const setting = (name: string) => page.waitForSelector(`[data-setting="${name}"]`);
      await page.setViewport({ width: 1280, height: 900 });
      await (await named(page, "button", "Settings")).click();
      await setting("llm.provider");
      const choices = await page.$$eval(
        '[data-setting="llm.provider"] option',
        (all) => all.map((one) => one.textContent),
      );
      for (const name of ["Ollama", "llama.cpp", "LM Studio", "KoboldCpp", "OpenRouter"]) {
        assert(choices.includes(name), name);
      }
      await page.select('[name="llm.provider"]', "openai");
      await page.waitForFunction(() =>
        document.querySelector("dialog[open]")?.textContent?.includes("OpenAI answers nobody without a key")
      );
      await page.select('[name="llm.provider"]', "vllm");
      // The address of the one before goes with it.
      const box = await page.waitForSelector('[name="llm.host"]');
      await until(
        "the usual address",
        async () => await box!.evaluate((input) => (input as HTMLInputElement).value) === "http://127.0.0.1:8000",
      );
      await box!.evaluate((input) => (input as HTMLInputElement).select());
      await box!.type(far.url);
      await box!.press("Enter");
      await page.waitForFunction(() =>
        document.querySelector("dialog[open] .checks")?.textContent?.includes("vLLM is running")
      );
      await (await page.waitForSelector("dialog[open] .choice ::-p-text(second)"))!.click();
      await page.waitForFunction(() =>
        document.querySelector("dialog[open] .checks")?.textContent?.includes("The model second is there")
      );
      await page.waitForFunction(() => document.querySelector("dialog[open] .checks")?.textContent?.includes("32,768"));
      const { provider, host, model } = server.services.live.current.llm;
      assertEquals([provider, host, model], ["vllm", far.url, "second"]);
      if (PICTURES !== undefined) {
        for (const [name, width, height, scheme] of SCREENS) {
          await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          await page.setViewport({ width, height });
          await page.screenshot({ path: `${PICTURES}/minds-${name}.png` });
        }
      }
      assertEquals(stub.requests.some(({ path }) => path.startsWith("/v1")), false);
    },
    { llm: {} },
    { env: { OLLAMA_HOST: "" } },
  );
});

const SCREENS = [
  ["light", 1280, 900, "light"],
  ["dark", 1280, 900, "dark"],
  ["phone", 390, 844, "light"],
] as const;
