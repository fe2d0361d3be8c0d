/** Runs in the browser's audio thread: gives the page what its microphone hears, frame by frame. */
import { SoundFrames } from "./sound_frames.ts";

/** What such a thread has, and no other. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  readonly #frames = new SoundFrames(sampleRate);

  /** @param inputs one, of one channel; without a channel while nothing is connected */
  process(inputs: Float32Array[][]): boolean {
    const sound = inputs[0]?.[0];
    if (sound === undefined) return true;
    for (const frame of this.#frames.push(sound)) {
      this.port.postMessage({ ...frame, at: currentTime }, [frame.samples.buffer]);
    }
    return true;
  }
}

registerProcessor("capture", Capture);
