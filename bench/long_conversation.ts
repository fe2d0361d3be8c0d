/** What a long conversation costs the page's thread: its elements, and its frames while words stream into it. */
import { launchBrowser, type Page } from "@/tests/browser.ts";
import { comeBack, talkLong } from "@/tests/long_conversation.ts";
import { startStub } from "@/tests/stub_ollama.ts";
import { TestServer } from "@/tests/test_server.ts";
import { percentile } from "./stats.ts";

/** How long words stream, or the page scrolls, ms. */
const TIME = 10_000;
const TOKENS_A_SECOND = 60;
/** What is there at the end of which words stream into the answer of 50,000 characters. */
const MOST_OF_IT = 0.9;

/** Without the figure the browser has no WebGL: what is left is the page's own. */
const FIGURES = ["none", "drawn"] as const;
type Figure = typeof FIGURES[number];

/**
 * Rows of a table, without the figure and with it: frames in ms by the clock on the wall, which counts whatever else the
 * machine does; and by the clock of the page's own thread how much of the time it worked, its longest task, and how many
 * took longer than 50 ms.
 */
export async function longConversations(turns: readonly number[]): Promise<string[][]> {
  const rows = [["figure", "turns", "doing", "elements", "p50", "p99", "worst", "busy", "longest task", "over 50 ms"]];
  await using stub = startStub();
  await using server = await TestServer.open({
    config: { prompt: "none", voice: { engine: "off" } },
    env: { OLLAMA_HOST: stub.url },
  });
  for (const figure of FIGURES) {
    for (const count of turns) rows.push(...await manyTurns(figure, count));
    rows.push(...await hugeAnswer(figure));
  }
  return rows;

  async function visit(figure: Figure, session?: string, count = 0) {
    const browser = await launchBrowser();
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    if (figure === "none") await page.evaluateOnNewDocument(withoutWebGl);
    await page.goto(server.url);
    if (session !== undefined) await comeBack(page, session, count);
    await page.waitForSelector(".chat.ready");
    await page.waitForSelector(`canvas[data-state="${figure === "none" ? "error" : "ready"}"]`);
    // Until the figure is drawn as finely as this machine can.
    if (figure === "drawn") await new Promise((resolve) => setTimeout(resolve, TIME));
    return { page, [Symbol.asyncDispose]: () => browser.close() };
  }

  async function manyTurns(figure: Figure, count: number): Promise<string[][]> {
    const session = count === 0 ? undefined : await talkLong(server, stub, count);
    await using visitor = await visit(figure, session, count);
    const { page } = visitor;
    const idle = await measure(page);
    stub.set({ behaviour: { answer: Array.from({ length: 5000 }, (_, i) => piece(i)), rate: TOKENS_A_SECOND } });
    await page.type("textarea", "Go on\n");
    await page.waitForSelector('.turn[data-state="streaming"] .formatted');
    const streaming = await measure(page);
    await page.click(".stop");
    await page.waitForSelector(".stop", { hidden: true });
    return [
      [figure, String(count), "nothing", ...idle],
      [figure, String(count), "60 words a second", ...streaming],
    ];
  }

  async function hugeAnswer(figure: Figure): Promise<string[][]> {
    await using visitor = await visit(figure);
    const { page } = visitor;
    const pieces: string[] = [];
    for (let i = 0, length = 0; length < 50_000; i++) length += pieces[pieces.push(piece(i)) - 1]!.length;
    const cut = Math.floor(pieces.length * MOST_OF_IT);
    const answer = [pieces.slice(0, cut).join(""), ...pieces.slice(cut)];
    stub.set({ behaviour: { answer, rate: TOKENS_A_SECOND } });
    await page.type("textarea", "All of it\n");
    await page.waitForFunction(() => (document.querySelector(".formatted")?.textContent?.length ?? 0) > 30_000);
    const streaming = await measure(page);
    await page.waitForSelector('.turn[data-state="done"] .formatted');
    const scrolling = await measure(page, -80);
    return [
      [figure, "1", "60 words a second behind 45,000 characters", ...streaming],
      [figure, "1", "scrolling 50,000 characters", ...scrolling],
    ];
  }
}

function piece(i: number): string {
  if (i % 60 === 59) return "\n\n```js\nlet x = 1;\n```\n\n";
  return i % 15 === 14 ? "and so on.\n\n" : i % 7 === 0 ? "**word** " : "word ";
}

/** Runs on the page, before its scripts. */
function withoutWebGl(): void {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
    return kind.includes("webgl") ? null : Reflect.apply(getContext, this, [kind, ...rest]);
  } as typeof getContext;
}

/** @param scroll pixels by which the conversation is scrolled in each frame, back and forth */
async function measure(page: Page, scroll = 0): Promise<string[]> {
  await page.tracing.start({ categories: ["disabled-by-default-devtools.timeline"] });
  const { times, elements } = await page.evaluate(
    async (time, scroll) => {
      const log = document.querySelector(".log")!;
      const times: number[] = [];
      const until = performance.now() + time;
      for (let last = performance.now(), step = scroll; last < until;) {
        const now = await new Promise<number>(requestAnimationFrame);
        times.push(now - last);
        last = now;
        if (scroll === 0) continue;
        log.scrollTop += step;
        if (log.scrollTop === 0) step = Math.abs(scroll);
        else if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) step = -Math.abs(scroll);
      }
      return { times: times.sort((a, b) => a - b), elements: document.querySelectorAll(".log *").length };
    },
    TIME,
    scroll,
  );
  const tasks = tasksIn(await page.tracing.stop());
  const busy = tasks.reduce((sum, task) => sum + task, 0) / times.reduce((sum, frame) => sum + frame, 0);
  return [
    String(elements),
    ...[0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1)),
    `${(100 * busy).toFixed(0)} %`,
    Math.max(0, ...tasks).toFixed(1),
    String(tasks.filter((task) => task > 50).length),
  ];
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Time of its thread, µs. */
  tdur?: number;
  args?: { name?: string };
}

/** How long the tasks of the busiest page's thread took by its own clock, ms. */
function tasksIn(trace: Uint8Array | undefined): number[] {
  const { traceEvents: events } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: TraceEvent[] };
  const isPage = ({ name, args }: TraceEvent) => name === "thread_name" && args?.name === "CrRendererMain";
  const threads = events.filter(isPage).map(({ pid, tid }) =>
    events.filter((event) => event.name === "RunTask" && event.pid === pid && event.tid === tid)
      .map(({ tdur = 0 }) => tdur / 1000)
  );
  const sum = (tasks: number[]) => tasks.reduce((sum, task) => sum + task, 0);
  return threads.sort((a, b) => sum(b) - sum(a))[0] ?? [];
}
