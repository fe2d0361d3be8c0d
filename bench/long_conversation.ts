/** What a long conversation costs the page's thread: its elements, and its frames while words stream into it. */
import { launchBrowser, type Page } from "@/tests/browser.ts";
import { comeBack, talkLong } from "@/tests/long_conversation.ts";
import { startStub } from "@/tests/stub_ollama.ts";
import { TestServer } from "@/tests/test_server.ts";
import { percentile } from "./stats.ts";

/** How long words stream, or the page scrolls, ms. */
const TIME = 10_000;
const TOKENS_A_SECOND = 60;

/**
 * Rows of a table: frames in ms at the median, the 99th of a hundred and the worst; the time of the avatar's drawing in
 * the worst frame; work without a pause over 50 ms, without that drawing. Each also as the ratio to the same page while
 * nothing streams.
 */
export async function longConversations(turns: readonly number[]): Promise<string[][]> {
  const rows = [[
    "turns",
    "doing",
    "elements",
    "p50",
    "p99",
    "worst",
    "of idle p50",
    "p99",
    "drawing",
    "own over 50 ms",
  ]];
  await using stub = startStub();
  await using server = await TestServer.open({ config: { prompt: "none" }, env: { OLLAMA_HOST: stub.url } });
  const browser = await launchBrowser();
  try {
    for (const count of turns) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      await page.evaluateOnNewDocument(watchDrawing);
      await page.goto(server.url);
      if (count > 0) await comeBack(page, await talkLong(server, stub, count), count);
      await page.waitForSelector(".chat.ready");
      await page.waitForSelector('canvas[data-state="ready"]');
      // Until the figure is drawn as finely as this machine can.
      await new Promise((resolve) => setTimeout(resolve, TIME));
      const idle = await frames(page);
      rows.push([String(count), "nothing", ...rowOf(idle, idle)]);
      stub.set({ behaviour: { answer: Array.from({ length: 5000 }, (_, i) => piece(i)), rate: TOKENS_A_SECOND } });
      await page.type("textarea", "Go on\n");
      await page.waitForSelector('.turn[data-state="streaming"] .formatted');
      rows.push([String(count), "60 words a second", ...rowOf(await frames(page), idle)]);
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
    await page.evaluateOnNewDocument(watchDrawing);
    await page.goto(server.url);
    await page.waitForSelector(".chat.ready");
    const pieces = [];
    for (let i = 0, length = 0; length < 50_000; i++) length += pieces[pieces.push(piece(i)) - 1]!.length;
    stub.set({ behaviour: { answer: [pieces.join("")] } });
    await page.type("textarea", "All of it\n");
    await page.waitForSelector('.turn[data-state="done"] .formatted');
    await page.waitForSelector('canvas[data-state="ready"]');
    await new Promise((resolve) => setTimeout(resolve, TIME));
    const idle = await frames(page);
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
    return ["1", "scrolling 50,000 characters", ...rowOf(measured, idle)];
  }
}

function piece(i: number): string {
  if (i % 60 === 59) return "\n\n```js\nlet x = 1;\n```\n\n";
  return i % 15 === 14 ? "and so on.\n\n" : i % 7 === 0 ? "**word** " : "word ";
}

interface Measured {
  /** Between two frames, sorted, ms. */
  times: number[];
  /** The longest drawing of the avatar on the main thread, ms. */
  drawing: number;
  /** Work without a pause over 50 ms that is left when the avatar's drawing is taken out, ms. */
  own: number[];
  elements: number;
}

/** Notes in which callbacks of a frame there was drawing, and how long they took. Runs on the page, before its scripts. */
function watchDrawing(): void {
  const drawings: { start: number; end: number }[] = [];
  let drew = false;
  const { drawElements } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.drawElements = function (...args) {
    drew = true;
    drawElements.apply(this, args);
  };
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (callback) =>
    request((now) => {
      drew = false;
      const start = performance.now();
      callback(now);
      if (drew) drawings.push({ start, end: performance.now() });
    });
  Object.assign(globalThis, { drawings });
}

async function frames(page: Page): Promise<Measured> {
  return await page.evaluate(async (time) => {
    const { drawings } = globalThis as unknown as { drawings: { start: number; end: number }[] };
    drawings.length = 0;
    const times: number[] = [];
    const tasks: { start: number; end: number }[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        tasks.push({ start: startTime, end: startTime + duration });
      }
    });
    observer.observe({ entryTypes: ["longtask"] });
    const until = performance.now() + time;
    for (let last = performance.now(); last < until;) {
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    observer.disconnect();
    const own = tasks.map((task) =>
      drawings.reduce(
        (left, { start, end }) => left - Math.max(0, Math.min(end, task.end) - Math.max(start, task.start)),
        task.end - task.start,
      )
    );
    return {
      times: times.sort((a, b) => a - b),
      drawing: Math.max(0, ...drawings.map(({ start, end }) => end - start)),
      own: own.filter((duration) => duration > 50),
      elements: document.querySelectorAll(".log *").length,
    };
  }, TIME);
}

function rowOf({ times, drawing, own, elements }: Measured, idle: Measured): string[] {
  const at = (share: number) => percentile(times, share);
  return [
    String(elements),
    ...[0.5, 0.99, 1].map((share) => at(share).toFixed(1)),
    ...[0.5, 0.99].map((share) => (at(share) / percentile(idle.times, share)).toFixed(2)),
    drawing.toFixed(1),
    own.length === 0 ? "none" : `${own.length}, worst ${Math.max(...own).toFixed(0)}`,
  ];
}
