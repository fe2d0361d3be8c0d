/** The program of a process with one loaded voice. */
import { die, reasonOf, sendFrame, takeOrders } from "../../subprocess/pipes.ts";
import { loadTts, type Tts } from "./tts.ts";
import type { Order, Told } from "./voice_process.ts";

/** True once what is being said is not wanted any more. */
let stopped = false;
let voice: Promise<Tts | undefined> = Promise.resolve(undefined);

await takeOrders<Order>((frame) => {
  if (!("told" in frame)) return;
  if ("stop" in frame.told) {
    stopped = true;
  } else if ("config" in frame.told) {
    voice = load(frame.told);
  } else {
    stopped = false;
    void say(frame.told);
  }
});

async function load({ packages, config }: Extract<Order, { config: unknown }>): Promise<Tts> {
  try {
    const tts = await loadTts(packages, config);
    tell({ loaded: { sampleRate: tts.sampleRate } });
    return tts;
  } catch (error) {
    return die(error);
  }
}

async function say({ text, manner }: Extract<Order, { text: string }>): Promise<void> {
  const tts = await voice;
  try {
    if (text !== "") {
      await tts?.say(text, manner, (samples) => {
        if (!stopped) sendFrame({ samples: to16Bit(samples), stream: 0 });
        return !stopped;
      });
    }
    tell({ done: true });
  } catch (error) {
    tell({ refused: reasonOf(error) });
  }
}

function tell(told: Told): void {
  sendFrame({ told });
}

function to16Bit(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
}
