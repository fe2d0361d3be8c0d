/**
 * Pages for tests: each is as if its browser had never shown one. Where all went well the next one has the tab of the one
 * before, whose process has read and compiled the page's scripts: that is half of what a visit costs.
 */
import { type Browser, type CDPSession, type Page, VIEWPORT } from "./browser.ts";
import { PATIENCE } from "./until.ts";

/** A page with cookies and a storage of its own. Dispose of it when done. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** What it has complained of since it was opened. */
  complaints: () => Complaints;
  /** All went well: when it is disposed of, its tab is for the next page of this browser. */
  keepTab(): void;
}

/** A tab that is alone in its context, and what has been done to it. */
interface Tab {
  page: Page;
  /** Scripts that run before the page's own, by their identifiers. */
  scripts: string[];
  listeners: Parameters<Page["on"]>[];
  /** Whose storage it may have written to. */
  origins: Set<string>;
  /** To clear it. */
  session: CDPSession;
  /** Whether something was done to it that nobody knows how to undo. */
  spoilt: boolean;
}

/** Tabs that nobody has, by their browsers. */
const kept = new WeakMap<Browser, Tab[]>();

/**
 * Opens an empty page.
 *
 * @param figure whether it draws the figure; without a graphics card that is more than half of what a page costs
 * @param firstVisit whether the browser must have nothing of the page yet
 */
export async function openPage(browser: Browser, { figure = false, firstVisit = false } = {}): Promise<OpenPage> {
  const tabs = kept.getOrInsert(browser, []);
  const tab = (firstVisit ? undefined : tabs.pop()) ?? await openTab(browser);
  const { page } = tab;
  page.on("framenavigated", (frame) => {
    const { origin, protocol } = new URL(frame.url());
    if (protocol.startsWith("http")) tab.origins.add(origin);
  });
  let keep = false;
  if (!figure) await page.evaluateOnNewDocument(withoutWebGL);
  return {
    page,
    complaints: watchComplaints(page),
    keepTab: () => keep = true,
    async [Symbol.asyncDispose]() {
      if (!keep || tab.spoilt) return await page.browserContext().close();
      await clear(tab);
      tabs.push(tab);
    },
  };
}

async function openTab(browser: Browser): Promise<Tab> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const session = await page.createCDPSession();
  const tab: Tab = { page, scripts: [], listeners: [], origins: new Set(), session, spoilt: false };
  const { evaluateOnNewDocument: runFirst, createCDPSession: createSession, on } = page;
  Object.assign(page, {
    on(...listener: Parameters<Page["on"]>) {
      tab.listeners.push(listener);
      return on.apply(page, listener);
    },
    async evaluateOnNewDocument(...script: Parameters<Page["evaluateOnNewDocument"]>) {
      const added = await runFirst.apply(page, script);
      tab.scripts.push(added.identifier);
      return added;
    },
    createCDPSession() {
      tab.spoilt = true;
      return createSession.call(page);
    },
  });
  return tab;
}

/** Makes a tab as it was when it was opened. */
async function clear({ page, scripts, listeners, origins, session }: Tab): Promise<void> {
  const context = page.browserContext();
  for (const [event, listener] of listeners.splice(0)) page.off(event, listener);
  await page.setRequestInterception(false);
  await page.goto("about:blank");
  await Promise.all((await context.pages()).filter((other) => other !== page).map((other) => other.close()));
  await Promise.all(scripts.splice(0).map((script) => page.removeScriptToEvaluateOnNewDocument(script)));
  await Promise.all([
    page.setCacheEnabled(true),
    page.setJavaScriptEnabled(true),
    page.setExtraHTTPHeaders({}),
    page.emulateMediaFeatures(),
    page.setViewport(VIEWPORT),
    context.clearPermissionOverrides(),
    context.deleteCookie(...await context.cookies()),
    // Somewhere else than on the next page.
    page.mouse.move(-1, -1),
  ]);
  for (const origin of origins) await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  origins.clear();
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
