/**
 * A headless browser for tests: the Chrome named by CHROME_PATH, one that is installed, or, on Linux x64,
 * the Chromium that npm carries. WebGL runs in software, so the avatar draws without a graphics card.
 */
// The browser is a hundred megabytes that only tests need: no import of deno.json's, and in the tests' own lock.
// deno-lint-ignore no-import-prefix
import puppeteer, {
  type Browser,
  type CDPSession,
  type ElementHandle,
  type HTTPRequest,
  type Page,
} from "npm:puppeteer-core@25.16.0";
import { inTime } from "@/lib/waiting.ts";

export type { Browser, CDPSession, ElementHandle, HTTPRequest, Page };

/** The environment variable by which `deno task test` names the browser that all files share: its address. */
export const SHARED_BROWSER = "TEST_BROWSER_WS";

/** How large a page is that says nothing of it, CSS pixels. */
export const VIEWPORT = { width: 1280, height: 800 };

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

/** The browser of this process's tests, once one has asked for it. */
let shared: Promise<Browser> | undefined;

/**
 * The browser that tests share: with all other processes of `deno task test`, else with those of this process alone. It
 * ends with them: to close it does nothing.
 */
export function testBrowser(): Promise<Browser> {
  return shared ??= enterBrowser(Deno.env.get(SHARED_BROWSER));
}

async function enterBrowser(address: string | undefined): Promise<Browser> {
  const browser = address === undefined
    ? await launchBrowser()
    : await puppeteer.connect({ browserWSEndpoint: address, defaultViewport: VIEWPORT });
  browser.close = () => Promise.resolve();
  addEventListener(
    "unload",
    () => address === undefined ? browser.process()?.kill("SIGKILL") : void browser.disconnect(),
  );
  return browser;
}

/**
 * A browser of its own, whose microphone hears a recording: a WAV file, from its beginning whenever it is opened.
 *
 * @param allowed whether its reader allows pages that. Default: yes
 */
export function launchBrowserHearing(recording: string, allowed = true): Promise<Browser> {
  return launchBrowser([
    `--use-fake-ui-for-media-stream${allowed ? "" : "=deny"}`,
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${recording}%noloop`,
  ]);
}

/** A browser of its own, with nothing open. Close it when done. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
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
