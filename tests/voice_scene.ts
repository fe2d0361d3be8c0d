/** Scenes of a page that speaks what a scripted server has it say, in a real browser. */
import { assertEquals } from "@std/assert";
import { type Page, testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { RECORD, ScriptedServer, type Tone } from "./scripted_server.ts";
import { until } from "./until.ts";
import { CALM, say } from "./visit.ts";
import type { ClientFrame } from "@/lib/protocol/v2.ts";

/** What a scene plays in. */
export interface Scene {
  page: Page;
  server: ScriptedServer;
}

/** Scenes by their names. */
export type Scenes = Record<string, (scene: Scene) => Promise<void>>;

/** Asks something, and lets the server answer with sentences, each with a tone. */
export async function answer(
  { page, server }: Scene,
  sentences: readonly string[],
  tones: readonly Tone[],
): Promise<string> {
  const before = server.received.filter(({ type }) => type === "prompt").length;
  await say(page, "Say something");
  const { turn, text } = await server.next("prompt", before + 1);
  server.send({ type: "queued", turn, text });
  await page.waitForFunction(() => "isRecording" in globalThis);
  sayTo(server, turn, sentences, tones);
  return turn;
}

export function sayTo(
  server: ScriptedServer,
  turn: string,
  sentences: readonly string[],
  tones: readonly Tone[],
): void {
  server.send({ type: "start", turn, provider: "ollama", model: "m" });
  server.send({ type: "chunk", turn, data: sentences.join(" ") });
  let from = 0;
  sentences.forEach((sentence, index) => {
    const to = from + sentence.length;
    server.send({ type: "sentence", turn, index, from, to, say: sentence, language: "en" });
    from = to + 1;
  });
  server.send({ type: "end", turn, reason: "stop" });
  tones.forEach((tone, index) => {
    server.tones.set(`${turn}-${index}`, tone);
    server.send({ type: "speech", turn, index, engine: "tone", url: `/speech/${turn}-${index}` });
  });
}

/** The call by which a page wants to hear a turn that others have been told of. */
export async function askedToSay({ received }: ScriptedServer): Promise<ClientFrame & { type: "call" }> {
  const asked = () => received.find((one) => one.type === "call" && one.method === "speech.turn");
  await until("a call of speech.turn", () => asked() !== undefined);
  return asked() as ClientFrame & { type: "call" };
}

/**
 * Runs before the page's own scripts: no sound before a press, as browsers have it for people. Whatever a test runs in a
 * page counts as one.
 */
export function wantPress(): void {
  let pressed = false;
  addEventListener("pointerdown", ({ isTrusted }) => pressed ||= isTrusted, { capture: true });
  const { resume, suspend } = AudioContext.prototype;
  Object.assign(AudioContext.prototype, {
    resume(this: AudioContext) {
      return pressed ? resume.call(this) : new Promise(() => {});
    },
  });
  const Real = AudioContext;
  Object.assign(globalThis, {
    AudioContext: class extends Real {
      constructor(options: AudioContextOptions) {
        super(options);
        if (!pressed) void suspend.call(this);
      }
    },
  });
}

/** Plays scenes, each on a page of its own. In those of `figure` the figure is drawn. */
export async function playScenes(t: Deno.TestContext, scenes: Scenes, figure: readonly string[] = []): Promise<void> {
  const browser = await testBrowser();
  for (const [name, play] of Object.entries(scenes)) {
    await t.step(name, async () => {
      await using server = await ScriptedServer.open({ avatar: CALM });
      await using opened = await openPage(browser, { figure: figure.includes(name) });
      const { page, complaints } = opened;
      await page.evaluateOnNewDocument(RECORD);
      await page.goto(server.url);
      await page.waitForSelector(".chat.ready");
      await server.next("voice");
      await play({ page, server });
      assertEquals(complaints().filter((one) => one !== "404 /speech/lost"), []);
      opened.keepTab();
    });
  }
}
