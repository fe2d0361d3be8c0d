/** The page listens, in a real browser whose microphone hears a recording: what comes to the server is looked at. */
import { assert, assertEquals } from "@std/assert";
import { type Browser, launchBrowserHearing, type Page, watchComplaints } from "./browser.ts";
import { recite, writeRecording } from "./recording.ts";
import { RECORD, ScriptedServer } from "./scripted_server.ts";
import { PATIENCE, until } from "./until.ts";
import { CALM, named } from "./visit.ts";

interface Scene {
  page: Page;
  server: ScriptedServer;
  browser: Browser;
}

/** Runs before the page's own scripts: keeps the tracks of microphones that were opened. */
function watchTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks });
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

const trackStates = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState)
  );

/** How loud a sound is, frame by frame of 32 ms. */
function envelope(samples: Int16Array): number[] {
  return Array.from({ length: Math.floor(samples.length / 512) }, (_, i) => {
    const part = samples.subarray(512 * i, 512 * (i + 1));
    return Math.sqrt(part.reduce((sum, sample) => sum + sample ** 2, 0) / 512);
  });
}

function correlation(a: number[], b: number[]): number {
  const count = Math.min(a.length, b.length);
  const mean = (list: number[]) => list.slice(0, count).reduce((sum, one) => sum + one, 0) / count;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Every sample that came of a stream, at its place. */
function soundOf({ sounds }: ScriptedServer, stream: number): Int16Array {
  const mine = sounds.filter((sound) => sound.stream === stream);
  const end = Math.max(...mine.map(({ position, samples }) => position + samples.length));
  const whole = new Int16Array(end);
  for (const { position, samples } of mine) whole.set(samples, position);
  return whole;
}

const SAID = await recite([300, "Hello there, how are you today?", 600, "Tell me a story.", 1_500]);

const scenes: Record<string, (scene: Scene) => Promise<void>> = {
  "what is said while the button is held comes to the server as it was said, and its words grow": async (
    { page, server },
  ) => {
    assertEquals([await trackStates(page), server.received.some(({ type }) => type === "listen")], [[], false]);
    const button = await named(page, "button", "Hold to talk");
    await button.hover();
    await page.mouse.down();
    const { stream, mode } = await server.next("listen");
    assertEquals(mode, "hold");
    server.send({ type: "listening", stream, engine: "sherpa", away: false });
    await page.waitForSelector(".microphone[data-state=on]");
    server.send({ type: "activity", stream, speaking: true, position: 5_000 });
    await page.waitForSelector(".microphone[data-state=speaking] [aria-pressed=true]");
    await page.waitForFunction(() => document.querySelector(".hearing-line")?.textContent?.includes("stays on this"));
    for (const text of ["Hello", "Hello there", "Hello there, how"]) {
      server.send({ type: "transcript", id: "u", text, final: false });
      await page.waitForFunction((text) => document.querySelector(".growing")?.textContent?.endsWith(text), {}, text);
    }
    await until("most of the recording has come", () => soundOf(server, stream).length > SAID.length * 0.9);
    await page.mouse.up();
    assertEquals(await server.next("unlisten"), { type: "unlisten", stream });
    await page.waitForSelector(".microphone[data-state=off]");
    assertEquals(await trackStates(page), ["ended"]);
    const whole = envelope(soundOf(server, stream));
    const said = envelope(SAID);
    // The device may have been open for a while before it was listened to.
    const best = Math.max(...Array.from({ length: 40 }, (_, late) => correlation(whole, said.slice(late))));
    assert(best > 0.7, `what came is like what was said by ${best}`);
    const count = server.sounds.length;
    server.send({ type: "transcript", id: "u", text: "Hello there.", final: true, turn: "t" });
    server.send({ type: "queued", turn: "t", text: "Hello there." });
    await page.waitForFunction(() => document.querySelectorAll(".said").length === 1);
    await page.waitForFunction(() => document.querySelector(".growing") === null);
    assertEquals(server.sounds.length, count);
  },
};

Deno.test("the microphone on the page", async (t) => {
  const folder = await Deno.makeTempDir();
  const browser = await launchBrowserHearing(await writeRecording(folder, SAID));
  try {
    for (const [name, play] of Object.entries(scenes)) {
      await t.step(name, async () => {
        await using server = await ScriptedServer.open({ avatar: CALM });
        const context = await browser.createBrowserContext();
        try {
          const page = await context.newPage();
          page.setDefaultTimeout(PATIENCE);
          const complaints = watchComplaints(page);
          await page.evaluateOnNewDocument(RECORD);
          await page.evaluateOnNewDocument(watchTracks);
          await page.goto(server.url);
          await page.waitForSelector(".chat.ready");
          await server.next("voice");
          await play({ page, server, browser });
          assertEquals(complaints(), []);
        } finally {
          await context.close();
        }
      });
    }
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
