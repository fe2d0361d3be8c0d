/**
 * A headless browser for tests: the Chrome named by CHROME_PATH, one that is installed, or, on Linux x64,
 * the Chromium that npm carries. WebGL runs in software, so the avatar draws without a graphics card.
 */
// The browser is a hundred megabytes that only tests need: no import of deno.json's, and in the tests' own lock.
// deno-lint-ignore no-import-prefix
import puppeteer, { type Browser, type ElementHandle, type HTTPRequest, type Page } from "npm:puppeteer-core@25.16.0";
import { PATIENCE } from "./until.ts";
import { inTime } from "@/lib/waiting.ts";

export type { Browser, ElementHandle, HTTPRequest, Page };

/** The environment variable by which `deno task test` names the browser that all files share: its address. */
export const SHARED_BROWSER = "TEST_BROWSER_WS";

const VIEWPORT = { width: 1280, height: 800 };

const INSTALLED = [
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--enable-unsafe-swiftshader",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--ignore-gpu-blocklist",
  // Only the figure is drawn by WebGL. To put the page together by it, in software, takes half as much again.
  "--disable-gpu-compositing",
  "--hide-scrollbars",
];

async function executable(): Promise<string> {
  const named = Deno.env.get("CHROME_PATH");
  if (named !== undefined) return named;
  for (const path of INSTALLED) {
    const found = await Deno.stat(path).then((info) => info.isFile, () => false);
    if (found) return path;
  }
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error("Cannot find a browser: install Chrome, or name one in CHROME_PATH");
  }
  // This Chromium brings its own shared libraries when it believes to be on such a machine.
  Deno.env.set("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
  // deno-lint-ignore no-import-prefix
  const { default: chromium } = await import("npm:@sparticuz/chromium@153.0.0");
  return await chromium.executablePath();
}

/** How long a browser may take to end, ms. */
const CLOSE_MS = 5_000;

/**
 * A browser with nothing open: one of its own, or the one that is shared. The caller closes it, and before that what
 * it has opened.
 */
export async function launchBrowser(): Promise<Browser> {
  const shared = Deno.env.get(SHARED_BROWSER);
  return shared === undefined ? await startBrowser() : await enterBrowser(shared);
}

async function enterBrowser(address: string): Promise<Browser> {
  const browser = await puppeteer.connect({ browserWSEndpoint: address, defaultViewport: VIEWPORT });
  browser.close = () => browser.disconnect();
  return browser;
}

/**
 * A browser of its own, whose microphone hears a recording: a WAV file, from its beginning whenever it is opened.
 *
 * @param allowed whether its reader allows pages that. Default: yes
 */
export function launchBrowserHearing(recording: string, allowed = true): Promise<Browser> {
  return startBrowser([
    `--use-fake-ui-for-media-stream${allowed ? "" : "=deny"}`,
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${recording}%noloop`,
  ]);
}

async function startBrowser(more: readonly string[] = []): Promise<Browser> {
  const browser = await puppeteer.launch({
    executablePath: await executable(),
    args: [...ARGUMENTS, ...more],
    headless: true,
    defaultViewport: VIEWPORT,
  });
  const close = browser.close.bind(browser);
  // Now and then puppeteer misses, under Deno, that the browser has ended, and would wait for it for ever.
  browser.close = async () => {
    await inTime(close(), AbortSignal.timeout(CLOSE_MS));
    browser.process()?.kill("SIGKILL");
  };
  return browser;
}

/** A page with cookies and a storage of its own. Dispose of it when done. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** What it has complained of since it was opened. */
  complaints: () => Complaints;
}

/**
 * Opens an empty page.
 *
 * @param figure whether it draws the figure; without a graphics card that is more than half of what a page costs
 */
export async function openPage(browser: Browser, { figure = false } = {}): Promise<OpenPage> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  if (!figure) await page.evaluateOnNewDocument(withoutWebGL);
  return { page, complaints: watchComplaints(page), [Symbol.asyncDispose]: () => context.close() };
}

/** For `page.evaluateOnNewDocument`: a browser that has no WebGL, which the page says on its stage. */
export function withoutWebGL(): void {
  const { getContext } = HTMLCanvasElement.prototype;
  Object.assign(HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement, kind: string, options?: unknown) {
      return kind.includes("webgl") ? null : getContext.call(this, kind, options);
    },
  });
}

/** What pages complained of, one entry a time: "404 /favicon.ico", "console: …", "exception: …". */
export type Complaints = readonly string[];

/**
 * Watches what the page complains of: console errors, uncaught exceptions, requests that were refused or failed.
 *
 * @returns all of it so far, sorted; a refused request by its status and its address, which has no origin when it is
 * the page's own, and … for the hash of an avatar
 */
function watchComplaints(page: Page): () => Complaints {
  const complaints: string[] = [];
  page.on("console", (message) => {
    // The response itself is noted below, with its address.
    if (message.type() !== "error" || /^Failed to load resource: the server responded/.test(message.text())) return;
    complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error}`));
  page.on("response", (response) => {
    const url = response.url();
    const { origin } = new URL(page.url());
    if (response.status() < 400) return;
    const path = url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
    complaints.push(`${response.status()} ${path.replace(/^\/avatars\/\w+\//, "/avatars/…/")}`);
  });
  return () => complaints.toSorted();
}
