/** For tests: the page's microphone in a real browser, which hears a recording; what comes to the server is the test's. */
import { assertEquals } from "@std/assert";
import { type Browser, launchBrowserHearing, type Page } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { writeRecording } from "./recording.ts";
import { RECORD, ScriptedServer } from "./scripted_server.ts";
import { CALM, named } from "./visit.ts";
import { joined, silence, spoken } from "@/lib/hearing/hearing_fixture.ts";

export interface Scene {
  page: Page;
  server: ScriptedServer;
  browser: Browser;
}

/** What the microphone hears. */
export const SAID = joined(
  silence(0.3),
  await spoken("Hello there, how are you today?"),
  silence(0.6),
  await spoken("Tell me a story."),
  silence(1.5),
);

/**
 * Runs before the page's own scripts: keeps the tracks of microphones that were opened. They give what the device
 * gives: what the browser would take for noise, or make louder, is not the page's.
 */
export function watchTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks });
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const untouched = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const audio = { ...constraints?.audio as MediaTrackConstraints, ...untouched };
    const stream = await open({ ...constraints, audio });
    tracks.push(...stream.getTracks());
    return stream;
  };
}

/** Of the microphones that were opened: `live` or `ended`. */
export const trackStates = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState)
  );

/** Runs before the page's own scripts: keeps the AudioContexts, their worklets' nodes and the workers that are made. */
export function watchMade(): void {
  const contexts: AudioContext[] = [];
  const nodes: AudioWorkletNode[] = [];
  const workers: Worker[] = [];
  Object.assign(globalThis, { contexts, nodes, workers });
  const keep = <T extends object>(made: T[]) => ({
    construct: (target: new (...all: unknown[]) => T, all: unknown[]) => {
      const one = Reflect.construct(target, all) as T;
      made.push(one);
      return one;
    },
  });
  Object.assign(globalThis, {
    AudioContext: new Proxy(AudioContext, keep(contexts)),
    AudioWorkletNode: new Proxy(AudioWorkletNode, keep(nodes)),
    Worker: new Proxy(Worker, keep(workers)),
  });
}

/** Begins to listen by a press of the button. Gives the number of the stream. */
export async function listen({ page, server }: Scene, streams = 1): Promise<number> {
  await (await named(page, "button", "Microphone")).click();
  const { stream } = await server.next("listen", streams);
  server.send({ type: "listening", stream, engine: "sherpa", away: false });
  await page.waitForSelector(".microphone[data-state=on]");
  return stream;
}

/** Waits until the line above the box has these words. */
export async function lineSays(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (words) => document.querySelector(".hearing-line")?.textContent?.includes(words),
    {},
    words,
  );
}

/** Every sample that came of a stream, at its place. */
export function soundOf({ sounds }: ScriptedServer, stream: number): Int16Array {
  const mine = sounds.filter((sound) => sound.stream === stream);
  const end = Math.max(0, ...mine.map(({ position, samples }) => position + samples.length));
  const whole = new Int16Array(end);
  for (const { position, samples } of mine) whole.set(samples, position);
  return whole;
}

/** Configured to be listened to all the time. */
export const OPEN = { hearing: { engine: "auto", mode: "open" } };

export interface Play {
  config?: Record<string, unknown>;
  /** Runs before the page's own scripts. */
  prepare?: () => void;
  play(scene: Scene): Promise<void>;
  /** All that the page complains of, with … for the server's host. Default: nothing. */
  complaints?: readonly string[];
}

/** A browser whose microphone hears {@linkcode SAID}. */
async function hearing(): Promise<Browser> {
  const folder = await Deno.makeTempDir();
  const browser = await launchBrowserHearing(await writeRecording(folder, SAID));
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    await Deno.remove(folder, { recursive: true });
  };
  return browser;
}

/** Plays each scene on a page of its own, which complains of nothing. */
export function playScenes(
  name: string,
  scenes: Readonly<Record<string, Play | Play["play"]>>,
  launch: () => Promise<Browser> = hearing,
): void {
  Deno.test(name, async (t) => {
    const browser = await launch();
    try {
      for (const [name, scene] of Object.entries(scenes)) {
        await t.step(name, () => playScene(browser, typeof scene === "function" ? { play: scene } : scene));
      }
    } finally {
      await browser.close();
    }
  });
}

async function playScene(
  browser: Browser,
  { config = {}, prepare, play, complaints: expected = [] }: Play,
): Promise<void> {
  await using server = await ScriptedServer.open({ avatar: CALM, ...config });
  await using opened = await openPage(browser);
  const { page, complaints } = opened;
  await page.evaluateOnNewDocument(RECORD);
  await page.evaluateOnNewDocument(watchTracks);
  if (prepare !== undefined) await page.evaluateOnNewDocument(prepare);
  await page.goto(server.url);
  await page.waitForSelector(".chat.ready");
  await server.next("voice");
  await play({ page, server, browser });
  const { host } = new URL(server.url);
  assertEquals(complaints().map((one) => one.replace(host, "…")), expected);
  opened.keepTab();
}
