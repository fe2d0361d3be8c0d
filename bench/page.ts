/**
 * What a visitor waits for and what a change of avatar leaves behind: time until the chat can be used and until the
 * avatar stands there, the heap of the page over 50 changes between two models, how long what is typed waits for its
 * paint while the avatar is drawn as finely as the machine can, and what a long conversation costs. `deno run -A --lock=tests/deno.lock bench/page.ts`
 */
import { longConversations } from "./long_conversation.ts";
import { median, percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import { print } from "@/lib/telemetry/log.ts";
import { launchBrowser, type Page } from "@/tests/browser.ts";
import { TestServer } from "@/tests/test_server.ts";
import { Page as Caller } from "@/tests/page_calls.ts";

const VISITS = 5;
const SWAPS = 50;
const MODELS = ["shizuku", "hiyori"];

const browser = await launchBrowser();
try {
  await using server = await TestServer.open({
    config: { avatar: { maxFps: 12 } },
    env: { OLLAMA_HOST: "127.0.0.1:9" },
  });
  const visits = [];
  for (let i = 0; i < VISITS; i++) visits.push(await visit(server));
  print(aligned([
    ["an empty cache, software WebGL", "ms"],
    ["until the chat can be used", median(visits.map(({ chat }) => chat)).toFixed(0)],
    ["until the avatar stands there", median(visits.map(({ avatar }) => avatar)).toFixed(0)],
  ]));
  print(`\n${aligned([["changes of the avatar", "heap MB"], ...await swaps(server)])}`);
  print(`\n${aligned(await typing())}`);
} finally {
  await browser.close();
}
print(`\n${aligned(await longConversations([0, 200]))}`);

/** One visit by a browser that has never been here. */
async function visit(server: TestServer): Promise<{ chat: number; avatar: number }> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(server.url, { waitUntil: "domcontentloaded" });
  await page.waitForSelector(".chat.ready");
  const chat = performance.now() - began;
  await page.waitForSelector('canvas[data-state="ready"]');
  const avatar = performance.now() - began;
  await context.close();
  return { chat, avatar };
}

/** The heap after no, some and all changes. */
async function swaps(server: TestServer): Promise<string[][]> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(server.url);
  await page.waitForSelector('canvas[data-state="ready"]');
  await using caller = await Caller.open(server);
  const rows: string[][] = [];
  for (let done = 0; done <= SWAPS; done++) {
    if (done > 0) {
      const name = MODELS[done % MODELS.length]!;
      await caller.call("avatars.choose", { name });
      await page.waitForSelector(`canvas[data-state="ready"][data-model="${name}"]`);
    }
    if (done % 10 === 0) rows.push([String(done), (await heapOf(page) / 1024 / 1024).toFixed(1)]);
  }
  await page.close();
  return rows;
}

/** Milliseconds from a key to the paint of what it wrote, with every limit as usual; under 16 counts as 16. */
async function typing(): Promise<string[][]> {
  await using server = await TestServer.open({ env: { OLLAMA_HOST: "127.0.0.1:9" } });
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForSelector('canvas[data-state="ready"]');
  const rows = [["typing", "p50 ms", "p99 ms", "drawn of the screen's pixels"]];
  for (const [when, wait] of [["at once", 0], ["after 15 s", 15_000]] as const) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    await page.evaluate(() => {
      const keys: number[] = [];
      const options = { type: "event", durationThreshold: 16, buffered: false };
      new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) if (name === "keydown") keys.push(duration);
      }).observe(options);
      Object.assign(globalThis, { keys });
    });
    const text = "The quick brown fox jumps over the lazy dog";
    await page.type("textarea", text, { delay: 80 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { keys, share } = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas.avatar-canvas")!;
      const { keys } = globalThis as unknown as { keys: number[] };
      return { keys, share: canvas.width * canvas.height / (canvas.clientWidth * canvas.clientHeight) };
    });
    // What was quicker than the threshold is not told of.
    const quick = Array.from({ length: Math.max(0, text.length - keys.length) }, () => 16);
    const sorted = [...keys, ...quick].sort((a, b) => a - b);
    rows.push([when, ...[0.5, 0.99].map((at) => percentile(sorted, at).toFixed(0)), share.toFixed(2)]);
  }
  await page.close();
  return rows;
}

/** What is left on the page's heap after a collection, bytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
