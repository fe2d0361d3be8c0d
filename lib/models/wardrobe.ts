/** The avatar of a running server: which models there are, which one is shown, and changing it. */
import { join } from "node:path";
import { modelNames, modelSource } from "./known.ts";
import { ModelError } from "./model_error.ts";
import { findModelSource } from "./source.ts";
import { rootsOf, type SyncOptions } from "./sync.ts";
import { syncAloud } from "./tell_sync.ts";
import type { ShownModel } from "@/lib/config/app_config.ts";
import type { Config } from "@/lib/config/schema.ts";
import { BUNDLE, PROGRAM } from "@/lib/paths.ts";
import { complain } from "@/lib/telemetry/log.ts";

export interface WardrobeOptions {
  /** Folder that relative paths start at. */
  root: string;
  /** The configuration's file. */
  path: string;
  /** Gets `model/` and `vendor/`. */
  staticDir: string;
}

export class Wardrobe {
  readonly #options: WardrobeOptions;
  #shown: ShownModel;

  private constructor(shown: ShownModel, options: WardrobeOptions) {
    this.#shown = shown;
    this.#options = options;
  }

  /**
   * Brings the files of the configured avatar, or of another one in its place. Where nothing can be shown that is
   * reported, and the page is told of the configured model all the same.
   */
  static async open(config: Config, options: WardrobeOptions): Promise<Wardrobe> {
    try {
      return new Wardrobe(await syncAloud(syncOptions(config, options)), options);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      complain(error.message);
      const { name, entry = "none", timeScale } = modelSource(config, config.model);
      return new Wardrobe({ name, entry: `/model/${entry}`, timeScale }, options);
    }
  }

  /** The model that is really shown, moving as fast as `config` says. */
  shown(config: Config): ShownModel {
    const timeScale = config.models[this.#shown.name]?.timeScale ?? config.timeScale;
    return { name: this.#shown.name, entry: this.#shown.entry, timeScale };
  }

  /**
   * Shows the model that `config` names.
   *
   * @throws {ModelError} naming everything that is wrong with it; what was shown before stays
   */
  async wear(config: Config): Promise<void> {
    this.#shown = await syncAloud({ ...syncOptions(config, this.#options), instead: false });
  }

  /** Every model by its name, and why it cannot be shown where that can be told without fetching it. */
  list(config: Config): Promise<{ name: string; problem?: string }[]> {
    return Promise.all(
      modelNames(config).map(async (name) => {
        const problem = await this.#problem(config, name);
        return { name, ...(problem !== undefined && { problem }) };
      }),
    );
  }

  async #problem(config: Config, name: string): Promise<string | undefined> {
    try {
      const model = modelSource(config, name);
      // A package is fetched when it is wanted.
      if (model.source.startsWith("npm:")) return undefined;
      await findModelSource(model, { roots: rootsOf(this.#options.root, this.#options.path) });
      return undefined;
    } catch (error) {
      if (error instanceof ModelError) return error.message;
      throw error;
    }
  }
}

/** Whether another model, or another Core to draw it with, is to be shown than before. */
export function wearsOther(next: Config, before: Config): boolean {
  return JSON.stringify(wornIn(next)) !== JSON.stringify(wornIn(before));
}

function wornIn({ model, models, cubismCore, cubism2Core }: Config): unknown {
  return [model, models[model]?.source, models[model]?.entry, cubismCore, cubism2Core];
}

function syncOptions(config: Config, { root, path, staticDir }: WardrobeOptions): SyncOptions {
  const bundled = Deno.build.standalone ? { bundled: join(PROGRAM, BUNDLE) } : {};
  return { config, root, configPath: path, staticDir, ...bundled };
}
