/** The microphone of the real browser. */
import { effect } from "@preact/signals";
import { TabElection } from "@/web/browser/tab_election.ts";
import { BrowserRecogniser, recognitionOf } from "./browser_recogniser.ts";
import type { MicrophoneLinkOptions, MicrophoneWishes } from "./microphone_link.ts";
import { Microphone } from "./microphone.ts";
import { MicrophoneStore } from "./microphone_store.ts";
import { noMicrophones } from "./trouble.ts";

/** Which of a browser's tabs listens. */
const TAB = "vtuber:microphone";

export interface OpenOptions extends MicrophoneLinkOptions {
  wishes(): MicrophoneWishes;
  /** As the browser names it; empty for the usual one. */
  device(): string;
}

export function openMicrophoneStore(options: OpenOptions): MicrophoneStore {
  const { wishes } = options;
  return new MicrophoneStore({
    ...options,
    mode: () => wishes().mode,
    obstacle: noMicrophones,
    open: Microphone.open,
    recogniser(handlers) {
      const maker = recognitionOf();
      return maker === undefined ? null : new BrowserRecogniser(maker, wishes().language, handlers);
    },
    takeTab,
    schedule(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
  });
}

async function takeTab(onLost: () => void): Promise<() => void> {
  const election = new TabElection(TAB);
  await election.take();
  let isGivenUp = false;
  const unfollow = effect(() => {
    if (!election.mine.value && !isGivenUp) queueMicrotask(onLost);
  });
  return () => {
    isGivenUp = true;
    unfollow();
    election.dispose();
  };
}
