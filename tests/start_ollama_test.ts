/** Ollama is started by a button, where its program is installed and the page is on the same machine. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { freeAddress, OllamaProgram } from "./ollama_program.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { logSays, named, say, type Visit, visit } from "./visit.ts";

const ignore = Deno.build.os === "windows";
/** Where pictures of it go; none are taken when it is not set. */
const PICTURES = Deno.env.get("TEST_PICTURES");

const answers = (host: string) => fetch(host).then(async ({ body }) => (await body?.cancel(), true), () => false);

Deno.test({ name: "llm.start starts Ollama where it is asked for, and it ends with the server", ignore }, async () => {
  await using _program = await OllamaProgram.install();
  const host = freeAddress();
  {
    await using server = await TestServer.open({ config: { llm: { host } } });
    await using page = await Page.open(server);
    assertEquals((await page.call("llm.preflight", {})).server.starts, true);
    await Promise.all([page.call("llm.start", {}), page.call("llm.start", {})]);
    const { server: seen, model } = await page.call("llm.preflight", {});
    assertEquals([seen.reachable, seen.starts, model.present], [true, false, true]);
  }
  assertEquals(await answers(host), false);
});

Deno.test({ name: "llm.start tells the last of what Ollama has said, without passwords", ignore }, async () => {
  const script =
    'echo "HTTP_PROXY:http://me:hush@proxy:1"; echo "listen tcp $OLLAMA_HOST: in use $VTUBER_LLM_AUTH" >&2; exit 3';
  await using _program = await OllamaProgram.install(script);
  const host = freeAddress();
  Deno.env.set("VTUBER_LLM_AUTH", "hush");
  try {
    await using server = await TestServer.open({ config: { llm: { host } } });
    await using page = await Page.open(server);
    const { error } = await assertRejects(() => page.call("llm.start", {}), RefusedCall);
    assertStringIncludes(error.message, "ollama serve has ended with code 3");
    assertStringIncludes(error.message, "HTTP_PROXY:http://proxy:1");
    assertStringIncludes(error.message, `listen tcp ${host}: in use`);
    assert(!error.message.includes("hush"), error.message);
  } finally {
    Deno.env.delete("VTUBER_LLM_AUTH");
  }
});

Deno.test({
  name: "nothing is started for a page elsewhere, at an address elsewhere, or where there is nothing",
  ignore,
}, async () => {
  await using server = await TestServer.open({
    config: { llm: { host: freeAddress() }, server: { token: "open-sesame" } },
  });
  const owner = { authorization: "Bearer open-sesame" };
  await using here = await Page.open(server, owner);
  assertEquals((await here.call("llm.preflight", {})).server.starts, false, "it is not installed");
  await assertRejects(() => here.call("llm.start", {}), RefusedCall, "it is not on the server's PATH");
  await using _program = await OllamaProgram.install("touch $0.started");
  assertEquals((await here.call("llm.preflight", {})).server.starts, true);
  await using away = await Page.open(server, { ...owner, "x-forwarded-for": "192.168.1.9" });
  assertEquals((await away.call("llm.preflight", {})).server.starts, false, "the page is elsewhere");
  const { error } = await assertRejects(() => away.call("llm.start", {}), RefusedCall);
  assertEquals(error.code, "forbidden");
  for (const host of ["http://192.0.2.1:11434", "http://127.0.0.1:9/ollama"]) {
    await here.write("llm.host", host);
    assertEquals((await here.call("llm.preflight", {})).server.starts, false, host);
    assertEquals((await assertRejects(() => here.call("llm.start", {}), RefusedCall)).error.code, "llm_unsupported");
  }
});

Deno.test({ name: "the page starts Ollama, and shows why it does not start", ignore }, async () => {
  await using _broken = await OllamaProgram.install('echo "Error: listen tcp: address already in use"; exit 1');
  const browser = await testBrowser();
  const play = async ({ page }: Visit) => {
    await page.waitForSelector(".notice");
    await page.click(".notice summary");
    await (await named(page, "button", "Start Ollama")).click();
    const said = await page.waitForSelector(".notice .output");
    assertStringIncludes(await said!.evaluate((one) => one.textContent ?? ""), "address already in use");
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/start-failed.png` });
    await using _program = await OllamaProgram.install();
    await (await named(page, "button", "Start Ollama")).click();
    await until("the notice goes", async () => await page.$(".notice") === null);
    await say(page, "Hello");
    await logSays(page, "Hello");
  };
  await visit(browser, play, {}, { env: { OLLAMA_HOST: freeAddress() } });
});
