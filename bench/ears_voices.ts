/** The voices of those who speak in the bench of the ears: flite's. */
import { type FliteSound, FliteWorker } from "@/lib/voice/flite/flite_worker.ts";

export interface Speaker {
  voice: string;
  rate: number;
  pitch: number;
}

/** Makes sound of words at 16 kHz, and tells when each of its phones ends. */
export type Say = (text: string, speaker: Speaker) => Promise<FliteSound>;

/** Flite, as long as it is not disposed of. What was said once is not made again. */
export function openVoices(): Disposable & { say: Say } {
  const worker = new FliteWorker();
  const said = new Map<string, Promise<FliteSound>>();
  return {
    say(text, speaker) {
      const key = JSON.stringify([text, speaker]);
      const known = said.get(key) ?? worker.run({ text, ...speaker }, AbortSignal.timeout(60_000));
      said.set(key, known);
      return known;
    },
    [Symbol.dispose]: () => worker[Symbol.dispose](),
  };
}
