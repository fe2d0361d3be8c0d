/** What a long conversation costs the page's thread: its elements, and its frames while words stream into it. */
import { launchBrowser, type Page } from "@/tests/browser.ts";
import { comeBack, talkLong } from "@/tests/long_conversation.ts";
import { startStub } from "@/tests/stub_ollama.ts";
import { TestServer } from "@/tests/test_server.ts";
import { percentile } from "./stats.ts";

/** How long words stream, or the page scrolls, ms. */
const TIME = 10_000;
const TOKENS_A_SECOND = 60;

/** Rows of a table: frames in ms at the median, the 99th of a hundred and the worst; work without a pause over 50 ms. */
export async function longConversations(turns: readonly number[]): Promise<string[][]> {
  const rows = [["turns", "doing", "elements", "p50", "p99", "worst", "over 50 ms"]];
  await using stub = startStub();
  await using server = await TestServer.open({ config: { prompt: "none" }, env: { OLLAMA_HOST: stub.url } });
  const browser = await launchBrowser();
  try {
    for (const count of turns) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      // Drawn by software, the avatar would take the thread's time: this is about words.
      await page.evaluateOnNewDocument(() => {
        HTMLCanvasElement.prototype.getContext = () => null;
      });
      await page.goto(server.url);
      if (count > 0) await comeBack(page, await talkLong(server, stub, count), count);
      await page.waitForSelector(".chat.ready");
      stub.set({ behaviour: { answer: Array.from({ length: 5000 }, (_, i) => piece(i)), rate: TOKENS_A_SECOND } });
      await page.type("textarea", "Go on\n");
      await page.waitForSelector('.turn[data-state="streaming"] .formatted');
      rows.push([String(count), "60 words a second", ...await frames(page)]);
      await page.click(".stop");
      await page.waitForSelector(".stop", { hidden: true });
      await context.close();
    }
    rows.push(await hugeAnswer());
  } finally {
    await browser.close();
  }
  return rows;

  /** Scrolls through an answer of 50,000 characters. */
  async function hugeAnswer(): Promise<string[]> {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.evaluateOnNewDocument(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await page.goto(server.url);
    await page.waitForSelector(".chat.ready");
    const pieces = [];
    for (let i = 0, length = 0; length < 50_000; i++) length += pieces[pieces.push(piece(i)) - 1]!.length;
    stub.set({ behaviour: { answer: [pieces.join("")] } });
    await page.type("textarea", "All of it\n");
    await page.waitForSelector('.turn[data-state="done"] .formatted');
    const scrolling = page.evaluate(async (time) => {
      const log = document.querySelector(".log")!;
      const until = performance.now() + time;
      for (let step = -80; performance.now() < until;) {
        log.scrollTop += step;
        if (log.scrollTop === 0) step = 80;
        else if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) step = -80;
        await new Promise(requestAnimationFrame);
      }
    }, TIME);
    const [measured] = await Promise.all([frames(page), scrolling]);
    await page.close();
    return ["1", "scrolling 50,000 characters", ...measured];
  }
}

function piece(i: number): string {
  if (i % 60 === 59) return "\n\n```js\nlet x = 1;\n```\n\n";
  return i % 15 === 14 ? "and so on.\n\n" : i % 7 === 0 ? "**word** " : "word ";
}

async function frames(page: Page): Promise<string[]> {
  const { times, long, elements } = await page.evaluate(async (time) => {
    const times: number[] = [];
    const long: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(duration);
    });
    observer.observe({ entryTypes: ["longtask"] });
    const until = performance.now() + time;
    for (let last = performance.now(); last < until;) {
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    observer.disconnect();
    return { times, long, elements: document.querySelectorAll(".log *").length };
  }, TIME);
  const sorted = times.toSorted((a, b) => a - b);
  const worst = long.length === 0 ? "none" : `${long.length}, worst ${Math.max(...long).toFixed(0)}`;
  return [String(elements), ...[0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1)), worst];
}
