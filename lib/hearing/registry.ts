import type { Config } from "@/lib/config/schema.ts";
import type { RecognitionEngine } from "./engine.ts";
import { type SherpaOptions, SherpaRecogniser } from "./sherpa/sherpa.ts";
import { OpenAiEngine } from "./openai/openai.ts";

/** What the engines take from the configuration. */
export type HearingSettings = Pick<Config["hearing"], "host" | "model" | "language"> & {
  /** The `Authorization` header for `host`, a secret. */
  authorization?: string | undefined;
};

/** The engines of this machine, by id. The browser's own recogniser is none of them: the page has that. */
export class RecogniserRegistry implements Disposable {
  readonly #engines = new Map<string, RecognitionEngine>();
  readonly #local: Omit<SherpaOptions, "language">;
  /** What the transcription server was made from. */
  #server = "";
  /** What the recogniser of this machine was made for. */
  #language: string | undefined | null = null;

  /** @param local the recognisers that are here, and the folder of sherpa-onnx's packages */
  constructor(settings: HearingSettings, local: Omit<SherpaOptions, "language">) {
    this.#local = local;
    this.configure(settings);
  }

  /** As they are configured now. */
  get engines(): ReadonlyMap<string, RecognitionEngine> {
    return this.#engines;
  }

  /** Takes a changed configuration. Engines for which nothing has changed go on as they are. */
  configure({ host, model, authorization, language }: HearingSettings): void {
    if (language !== this.#language) this.#add(new SherpaRecogniser({ ...this.#local, language }));
    this.#language = language;
    const server = JSON.stringify([host, model, authorization]);
    if (server !== this.#server) this.#add(new OpenAiEngine({ host, model, authorization }));
    this.#server = server;
  }

  #add(engine: RecognitionEngine): void {
    this.#engines.get(engine.id)?.[Symbol.dispose]();
    this.#engines.set(engine.id, engine);
  }

  [Symbol.dispose](): void {
    for (const engine of this.#engines.values()) engine[Symbol.dispose]();
    this.#engines.clear();
  }
}
