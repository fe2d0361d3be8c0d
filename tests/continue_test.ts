/** Row W11: an answer that broke off goes on in the same bubble, with the model told to go on with its own words. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Page as BrowserPage, testBrowser } from "./browser.ts";
import { makeHome } from "./home.ts";
import { Page } from "./page_calls.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { logSays, named, say, visit } from "./visit.ts";

const PIECES = ["Once there was **a", " cat** who [happy] wrote", " letters to the sea."];
const WHOLE = "Once there was **a cat** who wrote letters to the sea.";

/** Each generation gives the next piece, and has no room for more but after the last one. */
function inPieces(stub: Stub): void {
  stub.set({
    queue: PIECES.map((piece, index) => ({
      answer: [piece],
      doneReason: index < PIECES.length - 1 ? "length" : "stop",
    })),
  });
}

/** What Ollama was told by each generation. */
function told(stub: Stub): Record<string, unknown>[] {
  return stub.requests.filter(({ method }) => method === "POST").map(({ body }) => body as Record<string, unknown>)
    .filter((body) => body.messages !== undefined || body.prompt !== undefined);
}

async function ended(page: Page, from = 0): Promise<string> {
  const frame = await page.client.first((frame) => "turn" in frame && /^(end|error)$/.test(frame.type), from);
  return frame.type === "end" ? frame.reason : JSON.stringify(frame);
}

/** Lets a turn go on to its next end. */
async function goOn(page: Page, turn: string): Promise<string> {
  const from = page.client.received.length;
  page.client.send({ type: "continue", turn });
  return await ended(page, from);
}

const textOf = (page: Page) => page.client.received.map((frame) => frame.type === "chunk" ? frame.data : "").join("");

Deno.test("W11: the model is told its own words last, as a message or at the end of the transcript", async () => {
  for (const api of ["chat", "generate"]) {
    await using stub = startStub();
    inPieces(stub);
    await using server = await TestServer.open({
      config: { prompt: "tutor", llm: { api } },
      env: { OLLAMA_HOST: stub.url },
    });
    await using page = await Page.open(server);
    page.client.send({ type: "prompt", turn: "a", text: "A story" });
    assertEquals(await ended(page), "length");
    assertEquals(await goOn(page, "a"), "length");
    assertEquals(await goOn(page, "a"), "stop");
    assertEquals(textOf(page), WHOLE);
    const last = told(stub).at(-1)!;
    if (api === "chat") {
      const messages = last.messages as { role: string; content: string }[];
      assertEquals(messages.filter(({ role }) => role !== "system").slice(-2), [
        { role: "user", content: "A story" },
        { role: "assistant", content: "Once there was **a cat** who wrote" },
      ]);
      assertEquals(messages.at(-1)!.role, "assistant");
    } else {
      assertMatch(String(last.prompt), /\nUser: A story\nAssistant: Once there was \*\*a cat\*\* who wrote$/);
    }
    // A mark in what was gone on with stands where it belongs in the whole text.
    const felt = page.client.received.filter((frame) => frame.type === "emotion").at(-1);
    assertEquals(felt?.at, "Once there was **a cat** who ".length);
    const format = { conversation: (await page.call("conversations.list", {}))[0]!.id, format: "json" } as const;
    const { turns } = JSON.parse((await page.call("conversations.export", format)).text);
    assertEquals([turns.length, turns[0].text, turns[0].reason], [1, WHOLE, "stop"]);
  }
});

Deno.test("W11: what has its end, is not the last or is not there is not gone on with", async () => {
  await using stub = startStub({ queue: [{ answer: "One", doneReason: "length" }], behaviour: { answer: "Two." } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: stub.url } });
  await using page = await Page.open(server);
  page.client.send({ type: "prompt", turn: "a", text: "Count" });
  await ended(page);
  // Twice at once, as by two pages: it is gone on with once.
  page.client.send({ type: "continue", turn: "a" });
  assertEquals(await goOn(page, "a"), "stop");
  assertEquals(textOf(page), "OneTwo.");
  assertStringIncludes(await goOn(page, "a"), "bad_value");
  assertStringIncludes(await goOn(page, "b"), "not_found");
  stub.set({ queue: [{ answer: "Three", doneReason: "length" }] });
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn: "b", text: "More" });
  await ended(page, from);
  page.client.send({ type: "prompt", turn: "c", text: "And more" });
  await page.client.first((frame) => frame.type === "end" && frame.turn === "c");
  assertStringIncludes(await goOn(page, "b"), "bad_value");
  // Nobody goes on with what another one was answered.
  await using other = await Page.open(server);
  assertStringIncludes(await goOn(other, "b"), "not_found");
  assertEquals(told(stub).length, 4);
});

Deno.test("W11: an answer that the end of the server broke off goes on with the next one, and can be stopped", async () => {
  await using stub = startStub({ behaviour: { answer: ["Once there", " was"], stallAfter: 1 } });
  const home = await makeHome();
  const options = {
    env: { OLLAMA_HOST: stub.url, VTUBER_SERVER_DATA_DIR: `${home}/data` },
    config: { prompt: "none" },
  };
  let session: string;
  {
    await using server = await TestServer.open(options);
    await using page = await Page.open(server);
    ({ session } = await page.client.next("welcome"));
    page.client.send({ type: "prompt", turn: "a", text: "A story" });
    await page.client.next("chunk");
  }
  {
    await using server = await TestServer.open(options);
    await using page = await Page.open(server, {}, session);
    const { history } = await page.client.next("welcome");
    assertEquals(history.map(({ text, error }) => [text, error?.code]), [["Once there", "interrupted"]]);
    stub.set({ behaviour: { answer: [" was a cat", "!"], stallAfter: 1 } });
    page.client.send({ type: "continue", turn: "a" });
    await page.client.next("chunk");
    page.client.send({ type: "stop", turn: "a" });
    assertEquals(await ended(page), "cancelled");
    stub.set({ behaviour: { answer: [" who wrote."] } });
    assertEquals(await goOn(page, "a"), "stop");
    await using other = await Page.open(server, {}, session);
    const [turn] = (await other.client.next("welcome")).history;
    assertEquals([turn?.text, turn?.reason, turn?.error], ["Once there was a cat who wrote.", "stop", undefined]);
  }
  await Deno.remove(home, { recursive: true });
});

/** The text of the only bubble, and of how many paragraphs it is. */
async function bubble(page: BrowserPage): Promise<[string, number]> {
  return await page.$$eval(".turn .answered", ([answer, ...more]) => {
    if (answer === undefined || more.length > 0) throw new Error(`${1 + more.length} bubbles`);
    const text = answer.querySelector(".formatted")?.textContent?.trim() ?? "";
    return [text, answer.querySelectorAll("p:not(.dots)").length] as [string, number];
  });
}

Deno.test("W11: Continue goes on in the same bubble: on every page, after a reload, in the copy", async () => {
  const browser = await testBrowser();
  await visit(browser, async ({ page, stub, server }) => {
    await page.browserContext().overridePermissions(server.url, ["clipboard-read", "clipboard-write"]);
    inPieces(stub);
    await say(page, "A story");
    await logSays(page, "length limit");
    const second = await page.browserContext().newPage();
    await second.goto(server.url);
    await (await named(second, "button", "Continue")).click();
    for (const one of [page, second]) {
      await logSays(one, "who wrote");
      await one.waitForSelector('.turn[data-state="done"]');
      assertEquals(await bubble(one), ["Once there was a cat who wrote", 1]);
    }
    // A second end at the limit is gone on with as well, after a reload.
    await second.close();
    await page.bringToFront();
    await page.reload();
    await page.waitForSelector(".chat.ready");
    await (await named(page, "button", "Continue")).click();
    await logSays(page, "to the sea.");
    await page.waitForSelector('.turn[data-state="done"] .turn-tools button');
    assertEquals(await bubble(page), [WHOLE.replaceAll("*", ""), 1]);
    assertEquals(await page.$(".continue"), null);
    // Only new words are read out, and each once.
    const read = await page.$eval("[aria-live=polite]", (region) => region.textContent ?? "");
    assertStringIncludes(read, "letters to the sea");
    assertEquals(read.includes("Once"), false, read);
    await (await named(page, "button", "Copy")).click();
    await named(page, "button", "Copied");
    assertEquals(await page.evaluate(() => navigator.clipboard.readText()), WHOLE);
    // What the reader has stopped goes on, too.
    stub.set({ behaviour: { answer: ["A tea", " is"], stallAfter: 1 } });
    await say(page, "A tea");
    await logSays(page, "A tea");
    await page.waitForFunction(() => document.querySelectorAll(".turn .answered .formatted").length === 2);
    await (await named(page, "button", "Stop")).click();
    stub.set({ behaviour: { answer: [" is Sencha."] } });
    await (await named(page, "button", "Continue")).click();
    await logSays(page, "A tea is Sencha.");
  }, { prompt: "none" });
});
