/** What goes to the loudspeaker of a page, for tests that hear. */
import type { Page } from "./browser.ts";

/** For `page.evaluateOnNewDocument`: what goes to the loudspeaker is listened to every few ms. */
export function listen(): void {
  const levels: number[] = [];
  Object.assign(globalThis, { levels });
  const connect = AudioNode.prototype.connect as (this: AudioNode, target: AudioNode) => AudioNode;
  let listening = false;
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, target: AudioNode) {
      if (target instanceof AudioDestinationNode && !listening) {
        listening = true;
        const analyser = this.context.createAnalyser();
        analyser.fftSize = 512;
        connect.call(this, analyser);
        const samples = new Float32Array(analyser.fftSize);
        setInterval(() => {
          analyser.getFloatTimeDomainData(samples);
          levels.push(Math.max(...samples.map(Math.abs)));
        }, 10);
      }
      return connect.call(this, target);
    },
  });
}

/** How loud it has been, the latest last; 1 is as loud as can be. */
export function levels(page: Page): Promise<number[]> {
  return page.evaluate(() => (globalThis as unknown as { levels?: number[] }).levels ?? []);
}
