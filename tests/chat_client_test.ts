/** The page's side of the conversation against the real server: over real sockets, and in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { type Page, testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { TestServer } from "./test_server.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { within } from "./until.ts";
import { CALM } from "./visit.ts";
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { openChat } from "@/lib/server/chat.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import { upgradeSocket } from "@/lib/server/sockets/upgrade.ts";
import { ChatStore } from "@/web/chat/chat_store.ts";
import type { Turn } from "@/web/chat/conversation.ts";
import { FakeStorage, STATUS } from "@/web/connection/fake_environment.ts";
import type { SocketEnvironment } from "@/web/connection/chat_socket.ts";
import { PageStorage } from "@/web/browser/storage.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";

/** A server with the language model in the test's hands, that can go away and come back at the same address. */
class Server {
  readonly model = new FakeModel();
  readonly #chat = openChat({
    epoch: 1,
    model: () => "m",
    languageModel: this.model,
    store: new MemoryStore(),
    limits: configSchema.parse({}).limits,
    request: (turns) => ({ model: "m", messages: [{ role: "user", content: turns.at(-1)!.prompt }] }),
    status: () => STATUS,
  });
  readonly #sockets = new Set<WebSocket>();
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (this.away) return new Response("Away\n", { status: 503 });
    return upgradeSocket(request, this.#chat.sockets, {
      principal: OWNER,
      address: "here",
      upgrade: (options) => {
        const upgraded = Deno.upgradeWebSocket(request, options);
        this.#sockets.add(upgraded.socket);
        return upgraded;
      },
    });
  });
  away = false;

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}/ws`;
  }

  /** Cuts every line. */
  cut(): void {
    for (const socket of this.#sockets) socket.close(1012);
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chat.close();
    await this.#server.shutdown();
  }
}

/** A tab of a browser. Waits between attempts are left out, and pictures are drawn at once. */
class Tab {
  readonly store: ChatStore;

  constructor(url: string, storage = new FakeStorage()) {
    const environment: SocketEnvironment = {
      connect: (to, protocol) => new WebSocket(to, protocol),
      now: () => Date.now(),
      schedule(callback, ms) {
        const timer = setTimeout(callback, ms >= 10_000 ? ms : 0);
        return () => clearTimeout(timer);
      },
      random: () => 0,
      onWake: () => () => {},
    };
    this.store = new ChatStore({
      url,
      storage: new PageStorage(() => storage),
      environment,
      nextFrame: queueMicrotask,
    });
    this.store.start();
  }

  write(text: string): void {
    this.store.box.draft.value = text;
    this.store.send();
  }

  /** Resolves as soon as the turns are as wanted. */
  until(wanted: (turns: readonly Turn[]) => boolean): Promise<readonly Turn[]> {
    const there = new Promise<readonly Turn[]>((resolve) => {
      const unwatch = this.store.turns.subscribe((turns) => {
        if (wanted(turns)) queueMicrotask(() => (unwatch(), resolve(turns)));
      });
    });
    return within(() => `other turns than ${JSON.stringify(this.store.turns.peek())}`, there);
  }

  async closed(): Promise<void> {
    const waiting = new Promise<void>((resolve) => {
      const unwatch = this.store.connection.subscribe(({ state }) => {
        if (state === "waiting") queueMicrotask(() => (unwatch(), resolve()));
      });
    });
    await within("the line breaks", waiting);
  }

  [Symbol.dispose](): void {
    this.store.dispose();
  }
}

Deno.test("a line that breaks in mid-answer costs no character and doubles none", async () => {
  await using server = new Server();
  using tab = new Tab(server.url);
  tab.write("Tell me a story");
  const answer = await server.model.answer(0);
  answer.think("Which one?");
  answer.say("Once upon ");
  await tab.until(([turn]) => turn?.text === "Once upon ");
  const lost = tab.closed();
  server.cut();
  answer.say("a time, ");
  await lost;
  answer.say("in a land 遠い…");
  answer.end();
  const [turn] = await tab.until(([turn]) => turn?.state === "done");
  assertEquals([turn?.text, turn?.thinking], ["Once upon a time, in a land 遠い…", "Which one?"]);
});

Deno.test("a page that is loaded again in mid-answer goes on with it", async () => {
  await using server = new Server();
  const storage = new FakeStorage();
  const before = new Tab(server.url, storage);
  before.write("Hi");
  const answer = await server.model.answer(0);
  answer.say("Hel");
  await before.until(([turn]) => turn?.text === "Hel");
  before.store.dispose();
  using after = new Tab(server.url, storage);
  await after.until(([turn]) => turn?.text === "Hel");
  answer.say("lo");
  answer.end();
  const turns = await after.until(([turn]) => turn?.state === "done");
  assertEquals(turns.map(({ prompt, text }) => [prompt, text]), [["Hi", "Hello"]]);
});

Deno.test("what is written while the server is away is asked once when it is back", async () => {
  await using server = new Server();
  server.away = true;
  using tab = new Tab(server.url);
  await tab.closed();
  tab.write("Are you there?");
  server.away = false;
  (await server.model.answer(0)).end();
  await tab.until(([turn]) => turn?.state === "done");
  assertEquals(server.model.answers.length, 1);
});

Deno.test("two tabs hold the same conversation", async () => {
  await using server = new Server();
  const storage = new FakeStorage();
  using first = new Tab(server.url, storage);
  first.write("From the first");
  (await server.model.answer(0)).end();
  await first.until(([turn]) => turn?.state === "done");
  using second = new Tab(server.url, storage);
  await second.until((turns) => turns.length === 1);
  second.write("From the second");
  const answer = await server.model.answer(1);
  answer.say("To both");
  await first.until((turns) => turns[1]?.text === "To both");
  first.store.stop();
  const [, stopped] = await second.until((turns) => turns[1]?.reason === "cancelled");
  assertEquals([stopped?.prompt, stopped?.text], ["From the second", "To both"]);
  second.store.reset();
  await first.until((turns) => turns.length === 0);
});

const MARKDOWN = [
  "# Tea",
  "**Bold**, `code`, <b onclick='x()'>raw</b>, [out](https://example.com/), [in](javascript:x()).",
  "| a | b |\n|---|--:|\n| 1 | 2 |",
  "```js\nlet x = 1;\n```",
  "![cat](https://example.com/cat.png)",
].join("\n\n");

const LONG = "A line that fills some room.\n\n".repeat(60);

const scenes: [name: string, scene: (visit: { page: Page; stub: Stub }) => Promise<void>][] = [
  ["an answer is formatted, and nothing in it can act", async ({ page, stub }) => {
    stub.set({ behaviour: { answer: MARKDOWN } });
    await write(page, "Write\n");
    await page.waitForSelector('[data-state="done"] .formatted');
    const seen = await read(page);
    assertEquals(seen.heading, "Tea");
    assertEquals(seen.code, "let x = 1;\n");
    assertEquals(seen.cells, ["1", "2"]);
    assert(seen.text.includes("<b onclick='x()'>raw</b>"), seen.text);
    assert(seen.text.includes("[in](javascript:x())"), seen.text);
    assertEquals(seen.links, [
      ["https://example.com/", "_blank", "noopener noreferrer"],
      ["https://example.com/cat.png", "_blank", "noopener noreferrer"],
    ]);
    assertEquals(seen.strange, 0);
  }],

  ["a reader who has scrolled up is left there, and can jump to the latest", async ({ page, stub }) => {
    stub.set({ behaviour: { answer: LONG } });
    await write(page, "Go on\n");
    await page.waitForSelector('[data-state="done"] .formatted');
    await page.waitForFunction(atEnd);
    await page.$eval(".log", (log) => log.scrollTop -= 500);
    const latest = await page.waitForSelector(".latest");
    const covered = await page.evaluate(() => {
      const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
      return box(".log").bottom - box(".latest").top;
    });
    assert(covered <= 0, `the button covers ${covered} px of what is read`);
    await latest!.click();
    await page.waitForFunction(atEnd);
    await page.waitForFunction(() => document.querySelector(".latest") === null);
  }],

  ["Enter that ends a word of an input method does not send", async ({ page, stub }) => {
    stub.set({ behaviour: { answer: "はい。" } });
    await write(page, "にほんご");
    await page.$eval("textarea", (box) => {
      const enter = { key: "Enter", bubbles: true, cancelable: true };
      box.dispatchEvent(new KeyboardEvent("keydown", { ...enter, isComposing: true }));
      box.dispatchEvent(new KeyboardEvent("keydown", { ...enter, keyCode: 229 }));
    });
    assertEquals(await page.$eval("textarea", (box) => box.value), "にほんご");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".formatted")?.textContent?.includes("はい。"));
    assertEquals(await page.$$eval(".said", (all) => all.length), 1);
  }],

  ["screen readers hear whole sentences", async ({ page, stub }) => {
    stub.set({ behaviour: { answer: ["One sen", "tence. ", "Two **sen", "tences**. ", "An unfin"], stallAfter: 5 } });
    await write(page, "Speak\n");
    await page.waitForFunction(() => document.querySelector(".answered")?.textContent?.includes("An unfin"));
    const heard = () => [...document.querySelectorAll('.chat > [aria-live="polite"] p')].map((p) => p.textContent);
    await page.waitForFunction((heard) => document.querySelectorAll(heard).length === 2, {}, '[aria-live="polite"] p');
    assertEquals(await page.evaluate(heard), ["One sentence.", "Two sentences."]);
    await page.click('button[aria-label="Stop"]');
    await page.waitForSelector('[data-state="done"]');
    assertEquals(await page.evaluate(heard), ["One sentence.", "Two sentences.", "An unfin"]);
  }],

  ["language and appearance are chosen, and kept without a flash", async ({ page }) => {
    await page.click('button[aria-label="Settings"]');
    await (await page.waitForSelector('[role="tab"]::-p-text(Appearance)'))!.click();
    await (await page.waitForSelector('[role="tabpanel"] [lang="ja"]'))!.click();
    await page.waitForSelector('button[aria-label="送信"]');
    await page.$$eval('[role="tabpanel"] [name="theme"]', (choices) => (choices[2] as HTMLElement).click());
    await page.waitForSelector(':root[data-theme="dark"]');
    const html = await page.evaluate(async () => await (await fetch("/")).text());
    assert(/<html[^>]*lang="ja"[^>]*data-theme="dark"/.test(html), html.slice(0, 200));
    assert(html.includes("メッセージ"), "the server speaks the chosen language");
  }],
];

Deno.test("the chat in a browser", async (t) => {
  await using stub = startStub();
  await using server = await TestServer.open({
    config: { prompt: "none", avatar: CALM },
    env: { OLLAMA_HOST: stub.url },
  });
  const browser = await testBrowser();
  for (const [name, scene] of scenes) {
    await t.step(name, async () => {
      await using opened = await openPage(browser);
      const { page, complaints } = opened;
      await page.goto(server.url);
      await page.waitForSelector(".chat.ready");
      await scene({ page, stub });
      assertEquals(complaints(), []);
    });
  }
});

/** For the page: whether the conversation is scrolled to its end. */
function atEnd(): boolean {
  const log = document.querySelector(".log");
  return log !== null && log.scrollHeight > log.clientHeight && log.scrollHeight - log.scrollTop - log.clientHeight < 2;
}

/** Types into the box; a line feed presses Enter. */
async function write(page: Page, text: string): Promise<void> {
  await page.type("textarea", text);
}

function read(page: Page) {
  return page.$eval(".formatted", (root) => ({
    text: root.textContent ?? "",
    heading: root.querySelector("h4")?.textContent,
    code: root.querySelector("pre")?.textContent,
    cells: [...root.querySelectorAll("td")].map((cell) => cell.textContent),
    links: [...root.querySelectorAll("a")].map((link) => [link.href, link.target, link.rel]),
    strange: root.querySelectorAll("img, b, script, [onclick], [style]").length,
  }));
}
