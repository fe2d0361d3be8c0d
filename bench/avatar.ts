/**
 * What a living character costs: main-thread time for each frame of our stage, beside a page with nothing but
 * pixi-live2d-display, in the same browser, in turns. Run it with `deno run -A --lock=tests/deno.lock bench/avatar.ts`.
 */
import { AvatarPages } from "../tests/avatar_page.ts";
import { launchBrowser, type Page } from "../tests/browser.ts";

type CDPSession = Awaited<ReturnType<Page["createCDPSession"]>>;

/** Our cost for a frame may be this many times that of the bare page. */
const WANTED = 1.15;
const ROUNDS = 9;
const SECONDS = 3;
/** Small, as a processor that plays graphics card would only add noise. */
const SIZE = { width: 160, height: 120 };

const PAGE = `
  import { h, render } from "preact";
  import Avatar from "@/web/islands/Avatar.tsx";
  import { loadCore } from "@/web/live2d/core_loader.ts";
  import { Renderer, Ticker } from "@pixi/core";
  import { Container } from "@pixi/display";
  import "@pixi/unsafe-eval";

  const config = JSON.parse(document.getElementById("config").textContent);
  const root = document.getElementById("root");
  if (config.model === "bare") bare(config.entry);
  else render(h(Avatar, { config }), root);

  async function bare(entry) {
    const view = document.createElement("canvas");
    root.append(view);
    await loadCore(4);
    const { Live2DModel } = await import("pixi-live2d-display/cubism4");
    const renderer = new Renderer({ view, width: innerWidth, height: innerHeight, antialias: true, backgroundAlpha: 0 });
    const stage = new Container();
    const model = await Live2DModel.from(entry, { ticker: Ticker.shared });
    model.scale.set(innerHeight / model.height);
    stage.addChild(model);
    Ticker.shared.add(() => renderer.render(stage));
    view.dataset.state = "ready";
  }
`;

/** Milliseconds that the processor works on the main thread for each frame, waiting left out, over some seconds. */
async function frameCost({ page, session }: Seat): Promise<number> {
  await page.bringToFront();
  const before = await worked(session);
  const frames = await page.evaluate(async (milliseconds) => {
    let frames = 0;
    const start = performance.now();
    while (performance.now() - start < milliseconds) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      frames++;
    }
    return frames;
  }, SECONDS * 1000);
  return (await worked(session) - before) * 1000 / frames;
}

/** Seconds of the processor that the main thread has had. */
async function worked(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find((metric) => metric.name === "TaskDuration")?.value ?? 0;
}

/** A page with its measuring device. */
interface Seat {
  page: Page;
  session: CDPSession;
}

/** What is measured. */
export interface AvatarCost {
  /** Milliseconds of the main thread for a frame of our stage, and of the bare page: the medians. */
  ours: number;
  bare: number;
  /** The median of what each round gives. */
  ratio: number;
}

/** Measures both pages in turns, so that a busy machine is unfair to neither. */
async function measureAvatar(): Promise<AvatarCost> {
  await using pages = await AvatarPages.open(PAGE);
  const browser = await launchBrowser();
  try {
    const open = async (name: string) => {
      const page = await browser.newPage();
      await page.setViewport(SIZE);
      await page.goto(pages.page(name, pages.hiyori, { maxFps: 240 }));
      await page.waitForSelector('canvas[data-state="ready"]');
      const session = await page.createCDPSession();
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      return { page, session };
    };
    const [ours, bare] = [await open("ours"), await open("bare")];
    const rounds: { ours: number; bare: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ ours: await frameCost(ours), bare: await frameCost(bare) });
    }
    return {
      ours: median(rounds.map((round) => round.ours)),
      bare: median(rounds.map((round) => round.bare)),
      ratio: median(rounds.map((round) => round.ours / round.bare)),
    };
  } finally {
    await browser.close();
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

if (import.meta.main) {
  const { ours, bare, ratio } = await measureAvatar();
  // deno-lint-ignore no-console
  console.log(
    `A frame of the avatar takes ${ours.toFixed(2)} ms of the main thread, of a bare page ${bare.toFixed(2)} ms: ` +
      `${ratio.toFixed(2)} times as much (wanted: at most ${WANTED})`,
  );
  if (ratio > WANTED) Deno.exitCode = 1;
}
