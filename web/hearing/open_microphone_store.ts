/** The microphone of the real browser. */
import { effect } from "@preact/signals";
import type { HearingMode } from "@/lib/protocol/hearing.ts";
import { TabElection } from "@/web/browser/tab_election.ts";
import { BrowserRecogniser, recognitionOf } from "./browser_recogniser.ts";
import { Microphone } from "./microphone.ts";
import { MicrophoneStore, type MicrophoneStoreOptions } from "./microphone_store.ts";
import { noMicrophones } from "./trouble.ts";

/** Which of a browser's tabs listens. */
const TAB = "vtuber:microphone";

/** What the reader and the configuration want. */
export interface MicrophoneWishes {
  mode: HearingMode;
  /** The language that is spoken (BCP 47), for recognition in the browser. */
  language: string;
}

export interface OpenOptions extends Pick<MicrophoneStoreOptions, "send" | "sendSound" | "interrupt" | "device"> {
  wishes(): MicrophoneWishes;
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
