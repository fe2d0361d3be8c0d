/** The built page speaks in a real browser, and its mouth is watched. */
import type { BrowserAvatar } from "./mouth_avatars.ts";
import { HEARD } from "./spoken_corpus.ts";
import { median } from "./stats.ts";
import { launchBrowser } from "@/tests/browser.ts";
import { SpeakingPage, type SpokenAnswer } from "@/tests/spoken_mouth.ts";
import { visit } from "@/tests/visit.ts";

/** After so many sentences the loudspeaker stands still for a moment, so that its clock goes away from the computer's. */
const HALT = { sentences: 3, ms: 30 };
/** Of a page that is drawn in software little is drawn, so that there is time for frames. */
const SMALL = { width: 320, height: 360, deviceScaleFactor: 0.5 };
/** About how long one of the sentences is said, ms. */
const SENTENCE_MS = 3_300;

export interface WatchedPage extends SpokenAnswer {
  /** Frames a second that the machine had time for: by the median. */
  fps: number;
}

/** One answer of so many minutes, on a page of its own. */
export async function watchInBrowser(avatar: BrowserAvatar, minutes: number, maxFps: number): Promise<WatchedPage> {
  const count = Math.ceil(minutes * 60_000 / SENTENCE_MS);
  const text = Array.from({ length: count }, (_, index) => HEARD[index % HEARD.length]).join(" ");
  const folder = await Deno.makeTempDir();
  const browser = await launchBrowser();
  try {
    const { promise, resolve } = Promise.withResolvers<SpokenAnswer>();
    await visit(
      browser,
      async ({ page, server }) => {
        await page.setViewport(SMALL);
        const speaking = await SpeakingPage.open(page, server.url);
        await speaking.ask();
        for (let heard = HALT.sentences; heard < count; heard += HALT.sentences) {
          await speaking.heard(heard);
          await speaking.halt(HALT.ms);
        }
        resolve(await speaking.answer());
      },
      { ...await avatar.config(folder), avatar: { maxFps, maxPixelRatio: 0.5 }, voice: { engine: "flite" } },
      { figure: true, stub: { behaviour: { answer: text } } },
    );
    const answer = await promise;
    const steps = answer.frames.slice(1).map(({ at }, place) => at - answer.frames[place]!.at);
    return { ...answer, fps: Math.round(1000 / median(steps)) };
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
}
