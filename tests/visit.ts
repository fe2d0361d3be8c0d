/** A visit to the built page in a real browser, and what a person does there. */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "./browser.ts";
import { type Complaints, openPage } from "./open_page.ts";
import { bringSmallerTextures } from "./smaller_textures.ts";
import { TestServer, type TestServerOptions } from "./test_server.ts";
import { startStub, type Stub, type StubOptions } from "./stub_ollama.ts";
import { until } from "./until.ts";
import type { ProviderDefinition } from "@/lib/providers/provider.ts";

/** Software WebGL at full speed and size would leave nothing of the machine for the page. */
export const CALM = { maxFps: 1, maxPixelRatio: 0.5 };

/** Sentences that nobody listens to would be made all the same, and end with the next message. */
export const SILENT = { engine: "off" };

export interface Visit {
  page: Page;
  server: TestServer;
  stub: Stub;
}

export interface VisitOptions {
  env?: Record<string, string>;
  /** What Ollama is like. */
  stub?: StubOptions;
  /** A provider of the test's own, which is asked instead. */
  provider?: ProviderDefinition;
  /** Models of the test's own. */
  speechModels?: TestServerOptions["speechModels"];
  /** Whether the figure is drawn, for scenes that look at the stage. Default: the page has no WebGL, and says so there. */
  figure?: boolean;
  /** Whether the browser has nothing of the page yet, for scenes of how that is fetched. Default: it may. */
  firstVisit?: boolean;
  /** Whether the server still has to make textures for smaller screens. Default: it finds them there. */
  unmade?: boolean;
  /** All that the page complains of, such as "404 /avatars/…/Hiyori.moc3", as often as it does. Default: nothing. */
  complaints?: Complaints;
}

/**
 * Plays a scene on a page of its own, with a server and an Ollama of its own. The page complains of what was expected,
 * and of nothing else.
 */
export async function visit(
  browser: Browser,
  scene: (visit: Visit) => Promise<void>,
  config: TestServerOptions["config"] = {},
  {
    env = {},
    stub: ollama = {},
    provider,
    speechModels,
    figure = false,
    firstVisit = false,
    unmade = !figure,
    complaints: expected = [],
  }: VisitOptions = {},
): Promise<void> {
  await using stub = startStub(ollama);
  const calm = typeof config === "string" ? config : { avatar: CALM, voice: SILENT, ...config };
  await using server = await TestServer.open({
    config: calm,
    env: { OLLAMA_HOST: stub.url, ...env },
    ...(provider && { provider }),
    ...(speechModels && { speechModels }),
  });
  if (!unmade) await bringSmallerTextures(server.services);
  await using opened = await openPage(browser, { figure, firstVisit });
  const { page, complaints } = opened;
  await page.goto(server.url);
  await page.waitForSelector(".chat.ready");
  await scene({ page, server, stub });
  assertEquals(complaints(), [...expected].sort());
  opened.keepTab();
}

/** The element of that role and name, once it is there. To wait for it by the selector asks at every frame of the display. */
export async function named(page: Page, role: string, name: string) {
  let element: Awaited<ReturnType<Page["$"]>> = null;
  await until(`a ${role} is named "${name}"`, async () => {
    // A page that is being left has none.
    element = await page.$(`::-p-aria([name="${name}"][role="${role}"])`).catch(() => null);
    return element !== null;
  }, { every: 50 });
  return element!;
}

/** Presses a button once it stands still: on a phone it is on its way while the stage gives way or grows. */
export async function press(page: Page, name: string): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
}

/** Writes into the box, at once as an input method does, and sends it: key by key takes 8 ms of a processor for each. */
export async function say(page: Page, text: string): Promise<void> {
  await (await named(page, "textbox", "Message")).focus();
  await page.keyboard.sendCharacter(text);
  await (await named(page, "button", "Send")).click();
}

/** The conversation's text, once it holds `words`. */
export async function logSays(page: Page, words: string): Promise<string> {
  const said = (words: string) => document.querySelector('[role="log"]')?.textContent?.includes(words);
  await page.waitForFunction(said, {}, words);
  return await page.$eval('[role="log"]', (log) => log.textContent ?? "");
}
