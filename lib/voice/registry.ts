import type { Config } from "@/lib/config/schema.ts";
import { BlipsEngine } from "./blips/blips.ts";
import type { VoiceEngine } from "./engine.ts";
import { FliteEngine } from "./flite/flite.ts";
import { OpenAiEngine } from "./openai/openai.ts";
import { SherpaEngine, type SherpaOptions } from "./sherpa/sherpa.ts";

/** What the engines take from the configuration. */
export type VoiceSettings = Pick<Config["voice"], "host" | "model"> & {
  /** The `Authorization` header for `host`, a secret. */
  authorization?: string | undefined;
};

/** The engines of this machine, by id. The browser's own voices are none of them: the page has those. */
export class VoiceRegistry implements Disposable {
  readonly #engines = new Map<string, VoiceEngine>();
  /** What the speech server was made from. */
  #server = "";

  /** @param neural the neural voices that are here, and the folder of sherpa-onnx's packages */
  constructor(settings: VoiceSettings, neural: SherpaOptions) {
    this.#add(new FliteEngine());
    this.#add(new SherpaEngine(neural));
    this.#add(new BlipsEngine());
    this.configure(settings);
  }

  /** As they are configured now. */
  get engines(): ReadonlyMap<string, VoiceEngine> {
    return this.#engines;
  }

  /** Takes a changed configuration. Engines for which nothing has changed go on as they are. */
  configure({ host, model, authorization }: VoiceSettings): void {
    const server = JSON.stringify([host, model, authorization]);
    if (server !== this.#server) this.#add(new OpenAiEngine({ host, model, authorization }));
    this.#server = server;
  }

  #add(engine: VoiceEngine): void {
    this.#engines.get(engine.id)?.[Symbol.dispose]();
    this.#engines.set(engine.id, engine);
  }

  [Symbol.dispose](): void {
    for (const engine of this.#engines.values()) engine[Symbol.dispose]();
    this.#engines.clear();
  }
}
