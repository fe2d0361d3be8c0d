import type { SoundPart } from "@/lib/voice/engine.ts";
import type { JobEvents, JobWorker } from "@/lib/voice/worker_queue.ts";
import { type RuntimePackages, SHERPA_PERMISSIONS } from "@/lib/sherpa/runtime.ts";
import { Subprocess, type Subprogram } from "@/lib/subprocess/subprocess.ts";
import type { Manner, TtsConfig } from "./tts.ts";

export const VOICE_PROGRAM: Subprogram = {
  url: new URL("./worker.ts", import.meta.url),
  argument: "--voice-process",
  permissions: SHERPA_PERMISSIONS,
};

/** The voice, first of all; then a text to be said, none where it is only to be loaded; or that this is enough. */
export type Order =
  | { packages: RuntimePackages; config: TtsConfig }
  | { text: string; manner: Manner }
  | { stop: true };

/** What the process tells beside the samples. `refused`: it cannot say the text. */
export type Told = { loaded: { sampleRate: number } } | { done: true } | { refused: string };

/** What the process shall do. */
export interface SherpaJob {
  packages: RuntimePackages;
  config: TtsConfig;
  /** Where the voice lies. */
  folder: string;
  /** Nothing: the voice is only loaded. */
  text: string;
  manner: Manner;
}

/** Says texts in a process that has the voice loaded; another voice gets another process. */
export class VoiceProcess implements JobWorker<SherpaJob> {
  readonly #events: JobEvents<SoundPart>;
  #process: Subprocess<Order, Told> | undefined;
  /** What is loaded. */
  #voice = "";

  constructor(events: JobEvents<SoundPart>) {
    this.#events = events;
  }

  begin({ packages, config, folder, text, manner }: SherpaJob): void {
    const voice = JSON.stringify([packages, config]);
    if (voice !== this.#voice) {
      this[Symbol.dispose]();
      this.#process = this.#spawned(packages, folder);
      this.#voice = voice;
      this.#process.order({ packages, config });
    }
    this.#process?.order({ text, manner });
  }

  stop(): void {
    this.#process?.order({ stop: true });
  }

  [Symbol.dispose](): void {
    this.#process?.[Symbol.dispose]();
    this.#process = undefined;
  }

  #spawned(packages: RuntimePackages, folder: string): Subprocess<Order, Told> {
    let sampleRate = 0;
    return new Subprocess({
      program: VOICE_PROGRAM,
      folders: [folder, ...Object.values(packages)],
      onFrame: (frame) => {
        if ("samples" in frame) this.#events.part({ samples: frame.samples, sampleRate });
        else if ("loaded" in frame.told) sampleRate = frame.told.loaded.sampleRate;
        else if ("done" in frame.told) this.#events.done();
        else this.#events.refused(frame.told.refused);
      },
      onEnd: (why) => this.#events.died(why),
    });
  }
}
