/** What a page has given its loudspeaker, as `RECORD` of `scripted_server.ts` notes it. */
import type { Page } from "./browser.ts";

/** Softer than this, of full scale, is silence. */
const SILENT = 0.002;

interface Recording {
  sampleRate: number;
  /** From the first sound to the last. */
  samples: number[];
  /** Seconds of the context's clock. */
  start: number;
  end: number;
}

/** What has come out of the loudspeaker. */
export async function recording(page: Page): Promise<Recording> {
  return await page.evaluate((silent) => {
    const { recorded, context } = globalThis as unknown as {
      recorded: { at: number; samples: Float32Array }[];
      context: AudioContext;
    };
    const heard = recorded.filter(({ samples }) => samples.some((sample) => Math.abs(sample) > silent));
    const [first, last] = [heard[0]!, heard.at(-1)!];
    const all = recorded.filter(({ at }) => at >= first.at && at <= last.at);
    const samples = all.flatMap(({ samples }) => [...samples]);
    const { sampleRate } = context;
    return { sampleRate, samples, start: first.at / sampleRate, end: last.at / sampleRate };
  }, SILENT);
}

/** What the loudspeaker's clock shows, in seconds. */
export async function clock(page: Page): Promise<number> {
  return await page.evaluate(() => (globalThis as unknown as { context: AudioContext }).context.currentTime);
}

export async function clockPasses(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (seconds) => (globalThis as unknown as { context: AudioContext }).context.currentTime > seconds,
    {},
    seconds,
  );
}

/** The longest time in which nothing is heard, in seconds. */
export function longestGap({ samples, sampleRate }: Recording): number {
  let longest = 0;
  let run = 0;
  for (const sample of samples) {
    run = Math.abs(sample) > SILENT ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest / sampleRate;
}

/** The pitch of a part of a recording, in Hertz. */
export function pitch({ samples, sampleRate }: Recording, from: number, to: number): number {
  const part = samples.slice(Math.round(from * sampleRate), Math.round(to * sampleRate));
  const rises = part.filter((sample, i) => sample >= 0 && part[i - 1]! < 0).length;
  return rises / (to - from);
}
