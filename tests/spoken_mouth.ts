/**
 * An answer that the page speaks with flite, watched in a real browser: how the mouth stood, by the time of what came
 * out of the loudspeaker, beside flite's own phones. The page's clock of the voice is not asked for that time.
 */
import type { Page } from "./browser.ts";
import { until } from "./until.ts";
import { say } from "./visit.ts";
import type { SeenFrame } from "@/bench/mouth_measures.ts";
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import type { Phone } from "@/lib/voice/flite/phones.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";
import type { SpokenSentence, Viseme } from "@/lib/protocol/speech.ts";
import type { ClientFrame, ServerFrame } from "@/lib/protocol/v2.ts";
import type { MouthFrame } from "@/web/live2d/mouth_recorder.ts";

/** A sentence that was heard. */
export interface HeardSentence {
  say: string;
  /** Where its sound begins on the loudspeaker's clock, and how long it is, ms. */
  start: number;
  ms: number;
  phones: readonly Phone[];
}

export interface SpokenAnswer {
  sentences: readonly HeardSentence[];
  /** How the mouth is to move, by the loudspeaker's time, ms. */
  track: readonly Viseme[];
  /** How it did, by the same. */
  frames: readonly SeenFrame[];
  /** By how many ms the loudspeaker's clock went away from the computer's. */
  slip: number;
}

/** What the page notes of its sound. */
interface SoundNotes {
  context: AudioContext;
  /** What was given to the loudspeaker: when it is to begin, and how long it is; ms of the context's clock. */
  pieces: { at: number; ms: number }[];
  /** Which ms of that clock came out at which ms of `performance.now()`. */
  stamps: { at: number; heard: number }[];
}

/** Longer than this, in ms, between two stamps, the loudspeaker stood still, or nobody knows. */
const UNKNOWN = 250;

/** Longer than this, in ms, no frame is meant to be seen: what comes later is late. */
const LONGEST_FRAME = 100;
/** Milliseconds without a new row after which no more come. */
const QUIET = 1_000;

/** Runs before the page's own scripts. */
function noteSound(): void {
  const notes: Partial<SoundNotes> & Omit<SoundNotes, "context"> = { pieces: [], stamps: [] };
  Object.assign(globalThis, { notes });
  const { start } = AudioBufferSourceNode.prototype;
  Object.assign(AudioBufferSourceNode.prototype, {
    start(this: AudioBufferSourceNode, when = 0) {
      notes.context = this.context as AudioContext;
      notes.pieces.push({ at: when * 1000, ms: (this.buffer?.duration ?? 0) * 1000 });
      start.call(this, when);
    },
  });
  setInterval(() => {
    const { contextTime = 0, performanceTime = 0 } = notes.context?.getOutputTimestamp() ?? {};
    if (contextTime === 0 || notes.stamps.at(-1)?.at === performanceTime) return;
    notes.stamps.push({ at: performanceTime, heard: contextTime * 1000 });
  }, 30);
}

/** Runs in the page: the figure moves and is not drawn any more, which without a graphics card takes a processor. */
function stopDrawing(): void {
  const nothing = { drawElements() {}, drawArrays() {}, clear() {} };
  for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) Object.assign(prototype, nothing);
}

/** Runs before the page's own scripts: the voice is there only once `comes` is called. */
function holdVoiceBack(): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(globalThis, { comes: resolve });
  // What it asks first of all is whether another tab speaks.
  const request = navigator.locks.request as (...parameters: unknown[]) => Promise<unknown>;
  Object.assign(LockManager.prototype, {
    request: async (...parameters: unknown[]) => {
      await promise;
      return await request.apply(navigator.locks, parameters);
    },
  });
}

/** A page that speaks, with the developer's switch for its mouth. */
export class SpeakingPage {
  readonly #page: Page;
  readonly #received: ServerFrame[] = [];
  readonly #sent: ClientFrame[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param url of the app, whose voice is flite */
  static async open(page: Page, url: string): Promise<SpeakingPage> {
    const speaking = new SpeakingPage(page);
    const session = await page.createCDPSession();
    await session.send("Network.enable");
    session.on("Network.webSocketFrameReceived", ({ response }) => {
      speaking.#received.push(JSON.parse(response.payloadData));
    });
    session.on("Network.webSocketFrameSent", ({ response }) => speaking.#sent.push(JSON.parse(response.payloadData)));
    // Without her idle motions, which smile and pout, too.
    await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    await page.evaluateOnNewDocument(noteSound);
    await page.evaluateOnNewDocument(holdVoiceBack);
    await page.goto(`${url}/?record=mouth`);
    await page.waitForSelector(".chat.ready");
    await page.waitForSelector('canvas[data-state="ready"]');
    await page.evaluate(stopDrawing);
    return speaking;
  }

  /** Asks for an answer, whose text is there before the voice is. */
  async ask(): Promise<void> {
    await say(this.#page, "Tell me something");
    await until("the answer has ended", () => this.#received.some(({ type }) => type === "end"));
    await this.#page.evaluate(() => (globalThis as unknown as { comes(): void }).comes());
  }

  /** Waits until so many sentences have been heard. */
  async heard(sentences: number): Promise<void> {
    const played = () => this.#sent.filter(({ type }) => type === "played").length;
    await until(() => `${sentences} sentences are heard, ${played()} were`, () => played() >= sentences, { every: 50 });
  }

  /** Nothing comes out of the loudspeaker for so many ms, and then it goes on: a device that is changed. */
  async halt(ms: number): Promise<void> {
    await this.#page.evaluate(async (ms) => {
      const { context } = (globalThis as unknown as { notes: SoundNotes }).notes;
      await context.suspend();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await context.resume();
    }, ms);
  }

  /** What there was of the answer, once all of it has been heard. */
  async answer(): Promise<SpokenAnswer> {
    const said = this.#received.filter((frame): frame is ServerFrame & SpokenSentence => frame.type === "sentence");
    await this.heard(said.length);
    // Until the mouth belongs to nobody's words any more.
    await this.#page.waitForFunction(
      (ms) => {
        const last = (globalThis as unknown as { mouthRecord: MouthFrame[] }).mouthRecord.at(-1);
        return last?.playhead === null && performance.now() - last.at > ms;
      },
      {},
      QUIET,
    );
    const { pieces, stamps, rows } = await this.#page.evaluate(() => {
      const { notes, mouthRecord } = globalThis as unknown as { notes: SoundNotes; mouthRecord: MouthFrame[] };
      return { pieces: notes.pieces, stamps: notes.stamps, rows: mouthRecord };
    });
    const heardAt = clockOf(stamps);
    const frames = rows.map(({ at, applied }) => ({ at: heardAt(at), applied })).filter(({ at }) => !Number.isNaN(at))
      .map((frame, place, all) => ({
        ...frame,
        until: Math.min(all[place + 1]?.at ?? Infinity, frame.at + LONGEST_FRAME),
      }));
    const sentences = await placed(said, pieces);
    const track = sentences.flatMap(({ start, ms, phones }) =>
      visemesOf(phones, ms).map((viseme) => ({ ...viseme, at: start + viseme.at }))
    );
    const ahead = ({ at, heard }: { at: number; heard: number }) => heard - at;
    return { sentences, track, frames, slip: ahead(stamps.at(-1)!) - ahead(stamps[0]!) };
  }
}

/** Which ms came out of the loudspeaker at an ms of the page's clock; NaN where the stamps do not tell. */
function clockOf(stamps: SoundNotes["stamps"]): (at: number) => number {
  let place = 0;
  return (at) => {
    if ((stamps[place]?.at ?? 0) > at) place = 0;
    while (place + 1 < stamps.length && stamps[place + 1]!.at <= at) place++;
    const [before, after] = stamps.slice(place, place + 2);
    if (before === undefined || after === undefined || at < before.at || after.at - before.at > UNKNOWN) return NaN;
    return before.heard + (after.heard - before.heard) * (at - before.at) / (after.at - before.at);
  };
}

/** Has flite say the sentences once more, and finds where they began: what was played of each is as long as it is. */
async function placed(said: readonly SpokenSentence[], pieces: SoundNotes["pieces"]): Promise<HeardSentence[]> {
  using worker = new FliteWorker();
  const sentences: HeardSentence[] = [];
  let next = 0;
  for (const { say } of said) {
    const job = { text: say, voice: "slt", rate: 1, pitch: 1 };
    const { samples, sampleRate, phones } = await worker.run(job, AbortSignal.timeout(60_000));
    const ms = samples.length * 1000 / sampleRate;
    const start = pieces[next]?.at ?? NaN;
    let played = 0;
    while (next < pieces.length && played < ms - 1) played += pieces[next++]!.ms;
    if (Math.abs(played - ms) > 1) throw new Error(`Of "${say}", which is ${ms} ms long, ${played} ms were played`);
    // The resampler's last few samples are a piece by themselves.
    while (next < pieces.length && pieces[next]!.ms < 1) next++;
    sentences.push({ say, start, ms, phones });
  }
  return sentences;
}
