import { join } from "node:path";
import { readWakeModel } from "./wake_model.ts";
import {
  HearingProcess,
  type Load,
  type ProcessStream,
  type StreamEvents,
} from "@/lib/hearing/sherpa/hearing_process.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { foldersIn } from "@/lib/sherpa/folder_files.ts";
import { findPackages } from "@/lib/sherpa/runtime.ts";

/** How long the process may take nothing, or not answer, ms. */
const TIMEOUT_MS = 10_000;
/** How long it is kept when nobody is listened to, ms. */
const IDLE_MS = 5 * 60_000;
/** Height of what the models see of the sound. */
const FEATURES = 80;

export interface WakeSpotterOptions {
  /** The folder of sherpa-onnx's packages; need not be there. */
  runtime: string;
  /** Where wake word models lie, each in a folder of its own; need not be there. */
  folder: string;
  timeoutMs?: number;
  idleMs?: number;
}

/** What listens for some words. */
export interface Spotting {
  /** Starts it, so that the first stream does not wait for that. */
  prepare(): void;
  /** Opens a stream: `spotted` is told whenever one of the words was said. */
  open(events: Pick<StreamEvents, "spotted" | "text" | "failed">): ProcessStream;
}

/** Finds wake words in sound, in any number of streams: a keyword spotter of sherpa-onnx, in a process of its own. */
export class WakeSpotter implements Disposable {
  readonly #options: WakeSpotterOptions;
  readonly #process: HearingProcess;

  constructor(options: WakeSpotterOptions) {
    this.#options = options;
    const { timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS } = options;
    this.#process = new HearingProcess({ timeoutMs, idleMs });
  }

  /** Who can find these words; undefined where no model is there that could. */
  async find(words: readonly string[]): Promise<Spotting | undefined> {
    const { folder, runtime } = this.#options;
    const packages = await findPackages(runtime);
    if (packages === undefined) return undefined;
    for (const name of await foldersIn(folder)) {
      const model = await readWakeModel(join(folder, name));
      const keywords = "problem" in model ? undefined : model.keywords(words);
      if ("problem" in model || keywords === undefined) continue;
      const { transducer, tokens } = model;
      const modelConfig = { transducer, tokens, numThreads: 1, provider: "cpu", debug: 0 };
      const featConfig = { sampleRate: MICROPHONE_RATE, featureDim: FEATURES };
      const load: Load = { packages, spotter: { featConfig, modelConfig, keywords } };
      return {
        prepare: () => this.#process.start(load, [model.folder]),
        open: (events) => this.#process.open(load, [model.folder], events),
      };
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
