import { join } from "node:path";
import type { DetectorConfig } from "./sherpa/bindings.ts";
import { HearingProcess, type Load, type ProcessStream } from "./sherpa/hearing_process.ts";
import { exists } from "@/lib/files.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { findPackages, NEEDS_PACKAGES } from "@/lib/sherpa/runtime.ts";

/** How long the process may take nothing, ms. */
const TIMEOUT_MS = 10_000;
/** How long it is kept when nobody is listened to, ms. */
const IDLE_MS = 5 * 60_000;
/** The file of the model in its folder. */
export const DETECTOR_FILE = "silero_vad_v5.onnx";

export interface VoiceDetectorOptions {
  /** The folder of sherpa-onnx's packages; need not be there. */
  runtime: string;
  /** The folder of the detector's model; need not be there. */
  folder: string;
  timeoutMs?: number;
  idleMs?: number;
}

export interface DetectorEvents {
  /** Whether somebody speaks right before that sample of the stream, every 32 ms of sound. */
  onWindow(position: number, speech: boolean): void;
  /** All of it has been looked at: nothing more will come. */
  onEnd(): void;
  /** Nothing more will be found, and why. */
  onFailure(why: string): void;
}

/** Sound that is being looked at. */
export type Detection = ProcessStream;

/** How sherpa-onnx is told of silero, whose file is at that path. */
export function detectorConfig(model: string): DetectorConfig {
  return {
    sileroVad: {
      model,
      threshold: 0.5,
      // How long pauses and words are is for others to judge.
      minSilenceDuration: 0.03,
      minSpeechDuration: 0.03,
      maxSpeechDuration: 600,
      windowSize: 512,
    },
    sampleRate: MICROPHONE_RATE,
    numThreads: 1,
    provider: "cpu",
    debug: 0,
    bufferSizeInSeconds: 30,
  };
}

/** Finds where somebody speaks in any number of streams: silero in sherpa-onnx, in a process of its own. */
export class VoiceDetector implements Disposable {
  readonly #options: VoiceDetectorOptions;
  readonly #process: HearingProcess;

  constructor(options: VoiceDetectorOptions) {
    this.#options = options;
    const { timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS } = options;
    this.#process = new HearingProcess({ timeoutMs, idleMs });
  }

  /** What is missing before it can hear anything, in one sentence with what to do; undefined when nothing is. */
  async needs(): Promise<string | undefined> {
    const { folder, runtime } = this.#options;
    if (!await exists(join(folder, DETECTOR_FILE))) {
      return `Fetch the voice detector in the settings, or put ${DETECTOR_FILE} into ${folder}`;
    }
    return await findPackages(runtime) === undefined ? NEEDS_PACKAGES : undefined;
  }

  /** Opens a stream; undefined where something is missing. */
  async open({ onWindow, onEnd, onFailure }: DetectorEvents): Promise<Detection | undefined> {
    const load = await this.#load();
    if (load === undefined) return undefined;
    return this.#process.open(load, [this.#options.folder], {
      heard: onWindow,
      text: onEnd,
      failed: onFailure,
    });
  }

  async #load(): Promise<Load | undefined> {
    const { folder, runtime } = this.#options;
    const model = join(folder, DETECTOR_FILE);
    const packages = await findPackages(runtime);
    if (packages === undefined || !await exists(model)) return undefined;
    return { packages, detector: detectorConfig(model) };
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
