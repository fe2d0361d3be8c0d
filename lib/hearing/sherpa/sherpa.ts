import { join } from "node:path";
import {
  HearingError,
  type Recognition,
  type RecognitionEngine,
  type RecognitionRequest,
} from "@/lib/hearing/engine.ts";
import { foldersIn } from "@/lib/sherpa/folder_files.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import { findPackages, NEEDS_PACKAGES, THREADS } from "@/lib/sherpa/runtime.ts";
import { HearingProcess, type Load, type ProcessStream } from "./hearing_process.ts";
import { readRecogniserFolder, type RecogniserModel } from "./recogniser_folder.ts";

/** How long it may take nothing or not answer, ms: a model of 200 MB may have to be loaded from a slow disk. */
const TIMEOUT_MS = 60_000;
/** How long a model stays loaded that hears nobody, ms. */
const IDLE_MS = 5 * 60_000;
/** Height of what the models see of the sound. */
const FEATURES = 80;
/** Languages that SenseVoice wants to be told of. */
const SENSE_VOICE = ["zh", "en", "ja", "ko", "yue"];

export interface SherpaOptions {
  /** Where recognisers lie, each in a folder of its own; need not be there. */
  folder: string;
  /** What is known of a recogniser, by the name of its folder. */
  known?(id: string): { name: string; languages: readonly string[] } | undefined;
  /** The folder of sherpa-onnx's packages; need not be there. */
  runtime: string;
  /** What is spoken (BCP 47), where that is known. */
  language?: string | undefined;
  timeoutMs?: number;
  idleMs?: number;
}

/** What was found: a recogniser with its packages, or what is missing. */
type Look = { needs: string } | { needs?: undefined; model: RecogniserModel; languages: readonly string[]; load: Load };

/** Recognisers in sherpa-onnx: Zipformer, SenseVoice, Whisper, Moonshine. One of them is loaded at a time. */
export class SherpaRecogniser implements RecognitionEngine {
  readonly id = "sherpa";
  readonly name = "Recognisers of this machine";
  readonly away = false;
  readonly #options: SherpaOptions;
  readonly #process: HearingProcess;
  /** What was there when it was looked last. */
  #seen: Look = { needs: NEEDS_PACKAGES };

  constructor(options: SherpaOptions) {
    this.#options = options;
    const { timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS } = options;
    this.#process = new HearingProcess({ timeoutMs, idleMs });
  }

  get ready(): boolean {
    return this.#seen.needs === undefined;
  }

  get streaming(): boolean {
    return this.#seen.needs === undefined && this.#seen.model.streaming;
  }

  get languages(): readonly string[] {
    return this.#seen.needs === undefined ? this.#seen.languages : [];
  }

  async needs(): Promise<string | undefined> {
    this.#seen = await this.#look();
    return this.#seen.needs;
  }

  prepare(): void {
    if (this.#seen.needs === undefined) this.#process.start(this.#seen.load, [this.#seen.model.folder]);
  }

  open({ onPartial }: RecognitionRequest): Recognition {
    const done = Promise.withResolvers<string>();
    // Whoever does not finish it does not want to know.
    done.promise.catch(() => {});
    const seen = this.#seen;
    let stream: ProcessStream | undefined;
    if (seen.needs === undefined) {
      stream = this.#process.open(seen.load, [seen.model.folder], {
        partial: onPartial,
        text: done.resolve,
        failed: (why) => done.reject(new HearingError(`The recogniser could not understand what was said: ${why}`)),
      });
    } else {
      done.reject(new HearingError(seen.needs));
    }
    return {
      push: (samples) => stream?.push(samples),
      finish: () => {
        stream?.finish();
        return done.promise;
      },
      [Symbol.dispose]: () => stream?.[Symbol.dispose](),
    };
  }

  /** The first one that can be used, those that know the language that is spoken before others. */
  async #look(): Promise<Look> {
    const { folder, runtime, language, known } = this.#options;
    const packages = await findPackages(runtime);
    if (packages === undefined) return { needs: NEEDS_PACKAGES };
    let problem: string | undefined;
    const found: { model: RecogniserModel; languages: readonly string[] }[] = [];
    for (const id of await foldersIn(folder)) {
      const { name = id, languages = [] } = known?.(id) ?? {};
      const model = await readRecogniserFolder(join(folder, id));
      if ("problem" in model) problem ??= `The recogniser ${name} cannot be used: ${model.problem}`;
      else found.push({ model, languages });
    }
    const isFit = (languages: readonly string[]) =>
      language === undefined || languages.some((one) => primaryLanguage(one) === primaryLanguage(language));
    const chosen = found.find(({ languages }) => isFit(languages)) ?? found[0];
    if (chosen === undefined) {
      return { needs: problem ?? `Fetch a recogniser in the settings, or put its folder into ${folder}` };
    }
    const { model } = chosen;
    return {
      ...chosen,
      load: { packages, recogniser: { streaming: model.streaming, config: configOf(model, language) } },
    };
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}

/** How sherpa-onnx is told of a recogniser. */
function configOf({ kind, files, tokens }: RecogniserModel, language: string | undefined) {
  const lang = language === undefined ? "" : primaryLanguage(language);
  const told = {
    whisper: { language: lang, task: "transcribe", tailPaddings: -1 },
    senseVoice: { language: SENSE_VOICE.includes(lang) ? lang : "", useInverseTextNormalization: 1 },
  };
  return {
    featConfig: { sampleRate: MICROPHONE_RATE, featureDim: FEATURES },
    modelConfig: {
      [kind]: { ...files, ...(kind === "whisper" || kind === "senseVoice" ? told[kind] : {}) },
      tokens,
      numThreads: THREADS,
      provider: "cpu",
      debug: 0,
    },
  };
}
