/** What goes wrong with a microphone, in a real browser: it is told in clear words, and the conversation goes on by text. */
import { assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { launchBrowserHearing, type Page, testBrowser } from "./browser.ts";
import {
  lineSays,
  listen,
  OPEN,
  type Play,
  playScenes,
  type Scene,
  soundOf,
  trackStates,
  watchMade,
  watchTracks,
} from "./microphone_scene.ts";
import { until } from "./until.ts";
import { logSays, named, say } from "./visit.ts";

const NOT_ALLOWED = "The microphone is not allowed";
/** What a browser without a device says of it, by what it throws; where the machine has one, nobody allows it. */
const WITHOUT_DEVICE: Readonly<Record<string, string>> = {
  NotFoundError: "There is no microphone",
  NotAllowedError: NOT_ALLOWED,
};

/** A prompt is written and answered. */
async function goesOnByText({ page, server }: Scene): Promise<void> {
  await say(page, "Can you read?");
  const { turn, text } = await server.next("prompt");
  server.send({ type: "queued", turn, text }, { type: "start", turn, provider: "ollama", model: "m" });
  server.send({ type: "chunk", turn, data: "I can." }, { type: "end", turn, reason: "stop" });
  await logSays(page, "I can.");
}

/** Presses the button of a page that cannot listen. */
async function pressInVain({ page, server }: Scene, words: string): Promise<void> {
  await (await named(page, "button", "Microphone")).click();
  await lineSays(page, words);
  await page.waitForSelector(".microphone[data-state=off]");
  assertEquals([await faults(page), server.received.some(({ type }) => type === "listen")], [[], false]);
}

/** A stream has ended without the reader, and why is told. */
async function hasEnded({ page, server }: Scene, stream: number, words: string): Promise<void> {
  await lineSays(page, words);
  assertEquals(await server.next("unlisten"), { type: "unlisten", stream });
  assertEquals([await faults(page), await trackStates(page)], [[], ["ended"]]);
}

/** Something more of a stream comes to the server. */
async function goesOn({ server }: Scene, stream: number): Promise<void> {
  const before = soundOf(server, stream).length;
  await until("more of it is heard", () => soundOf(server, stream).length > before + 8_000);
}

/** Runs in the page: the microphone's AudioContext, which {@linkcode watchMade} keeps, is held up by the device. */
async function holdUp(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { contexts } = globalThis as unknown as { contexts: AudioContext[] };
    const isMicrophone = ({ sampleRate, state }: AudioContext) => sampleRate === 16_000 && state === "running";
    await contexts.find(isMicrophone)?.suspend();
  });
}

/** Runs in a page that sleeps: the last of what the microphone has heard, which {@linkcode watchMade} gives, is late. */
async function hearLate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { nodes } = globalThis as unknown as { nodes: AudioWorkletNode[] };
    const node = nodes.find(({ context }) => context.sampleRate === 16_000);
    const at = node?.context.currentTime ?? NaN;
    const data = { at, position: Math.round(16_000 * at), samples: new Int16Array(512) };
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => node?.port.dispatchEvent(new MessageEvent("message", { data }));
    port2.postMessage(null);
  });
}

const scenes: Record<string, Play> = {
  "a device that vanishes in the middle of a word is told of": {
    config: OPEN,
    async play(scene) {
      const { page, server } = scene;
      const stream = await listen(scene);
      server.send({ type: "activity", stream, speaking: true, position: 0 });
      server.send({ type: "transcript", id: "u", text: "Tell me", final: false });
      await page.waitForSelector(".microphone[data-state=speaking]");
      // Whoever takes the permission back takes the device away.
      await page.browserContext().overridePermissions(server.url, []);
      await hasEnded(scene, stream, "The microphone is gone");
      // What was said until then is asked.
      server.send({ type: "transcript", id: "u", text: "Tell me.", final: true, turn: "t" });
      server.send({ type: "queued", turn: "t", text: "Tell me." });
      await logSays(page, "Tell me.");
      await goesOnByText(scene);
      await (await named(page, "button", "Close")).click();
      await page.waitForFunction(() => document.querySelector(".hearing-line") === null);
    },
  },

  "a server that takes no more of it is told of in its own words": {
    config: OPEN,
    async play(scene) {
      const { server } = scene;
      const stream = await listen(scene);
      const message = "What comes from the microphone is no sound: it must be samples of 16 bit, not compressed";
      server.send({ type: "error", stream, code: "hearing_failed", message, hint: "Begin to listen anew" });
      await hasEnded(scene, stream, message);
      await goesOnByText(scene);
    },
  },

  "behind a lock screen nobody is listened to, and listening goes on afterwards": {
    config: OPEN,
    prepare: watchMade,
    async play(scene) {
      const { page, server } = scene;
      const stream = await listen(scene);
      await holdUp(page);
      await lineSays(page, "Your device gives no sound for now");
      assertEquals(await server.next("unlisten"), { type: "unlisten", stream });
      assertEquals(await faults(page), []);
      await goesOnByText(scene);
      // A phone that is unlocked shows the page again.
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      const { stream: next } = await server.next("listen", 2);
      await page.waitForSelector(".microphone[data-state=on]");
      await goesOn(scene, next);
      assertEquals(await trackStates(page), ["live"]);
    },
  },

  "a tab that its browser lays to sleep is listened to again when it wakes": {
    config: OPEN,
    prepare: watchMade,
    async play(scene) {
      const { page, server } = scene;
      const stream = await listen(scene);
      await goesOn(scene, stream);
      await page.evaluate(() => document.addEventListener("freeze", () => Object.assign(globalThis, { sleeps: true })));
      const browser = await page.createCDPSession();
      await browser.send("Page.setWebLifecycleState", { state: "frozen" });
      await until("it sleeps", () => page.evaluate(() => "sleeps" in globalThis));
      // On a busy machine a page is told of it before it is told that its line has ended.
      await hearLate(page);
      await browser.send("Page.setWebLifecycleState", { state: "active" });
      // Its line has ended meanwhile.
      await server.next("hello", 2);
      const { stream: next } = await server.next("listen", 2);
      await goesOn(scene, next);
    },
    complaints: ["console: WebSocket connection to 'ws://…/ws' failed: Page entered Back-Forward Cache."],
  },

  "of two tabs the one listens whose microphone was pressed last, and the other one says so": {
    config: OPEN,
    async play(scene) {
      const { page, server, browser } = scene;
      await listen(scene);
      const other = await page.browserContext().newPage();
      await other.evaluateOnNewDocument(watchTracks);
      await other.goto(server.url);
      await other.waitForSelector(".chat.ready");
      await listen({ page: other, server, browser }, 2);
      await page.bringToFront();
      await lineSays(page, "Another tab listens now");
      assertEquals([await trackStates(page), await trackStates(other)], [["ended"], ["live"]]);
      await goesOnByText(scene);
    },
  },

  "a page over plain http says that browsers give it no microphone": {
    config: OPEN,
    prepare: () => Object.defineProperty(globalThis, "isSecureContext", { value: false }),
    async play(scene) {
      await pressInVain(scene, "Browsers give a microphone to safe addresses only");
      await goesOnByText(scene);
    },
  },
};

playScenes("a microphone that fails", scenes);

playScenes("a microphone that is not there", {
  "is told of": {
    config: OPEN,
    async play(scene) {
      const why = await scene.page.evaluate(() =>
        navigator.mediaDevices.getUserMedia({ audio: true }).then(() => "", ({ name }: Error) => name)
      );
      await pressInVain(scene, WITHOUT_DEVICE[why] ?? why);
      await goesOnByText(scene);
    },
  },
}, testBrowser);

playScenes("a microphone that its reader does not allow", {
  "is told of": {
    config: OPEN,
    async play(scene) {
      await pressInVain(scene, NOT_ALLOWED);
      await goesOnByText(scene);
    },
  },
}, () => launchBrowserHearing("none.wav", false));
