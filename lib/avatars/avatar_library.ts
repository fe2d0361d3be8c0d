/** The avatar of a running server: which models there are, which one is shown, and changing it. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { AvatarFolders, type StoredAvatar } from "./avatar_folders.ts";
import { installModel, type InstallOptions, type InstallResult, rootsOf } from "./install_model.ts";
import { modelAddress, modelNames, modelSource, timeScaleOf } from "./model_sources.ts";
import { ModelError } from "./model_error.ts";
import type { ReadBudget } from "./read_budget.ts";
import { SmallerTextures } from "./smaller_textures.ts";
import { findModelSource } from "./source.ts";
import { withOutput } from "./sync_output.ts";
import type { ShownModel } from "@/lib/config/app_config.ts";
import type { Config } from "@/lib/config/schema.ts";
import { BUNDLE, PROGRAM } from "@/lib/paths.ts";
import { warn } from "@/lib/telemetry/log.ts";

export interface AvatarLibraryOptions {
  /** Folder that relative paths start at. */
  root: string;
  /** The configuration's file. */
  path: string;
  /** The server's own data folder: what is served of avatars and Cores is written below it. */
  dataDir: string;
  /** What an earlier sync has written, to answer in place of npm. Default: what a compiled program carries, if this is one. */
  bundled?: string | undefined;
}

const CARRIED = Deno.build.standalone ? join(PROGRAM, BUNDLE) : undefined;

export class AvatarLibrary implements Disposable {
  /** Has the Cores. */
  readonly vendorDir: string;
  readonly #options: AvatarLibraryOptions;
  readonly #folders: AvatarFolders;
  readonly #sweeping: Disposable;
  /** Textures for smaller screens. */
  readonly textures: SmallerTextures;
  /** Undefined where nothing could be shown yet. */
  #stored: StoredAvatar | undefined;

  private constructor(options: AvatarLibraryOptions) {
    const served = join(options.dataDir, "static");
    this.#options = options;
    this.vendorDir = join(served, "vendor");
    this.#folders = new AvatarFolders(join(served, "avatars"));
    this.textures = new SmallerTextures(this.#folders.folder);
    this.#sweeping = this.#folders.keepSwept(() => this.#stored?.hash, unswept);
  }

  /**
   * Installs the configured avatar, or another one instead. Where nothing can be shown that is reported, and pages get
   * the name of the configured model all the same.
   */
  static async open(config: Config, options: AvatarLibraryOptions): Promise<AvatarLibrary> {
    const avatars = new AvatarLibrary(options);
    try {
      await avatars.#installAndShow(config);
    } catch (error) {
      if (!(error instanceof ModelError)) {
        avatars[Symbol.dispose]();
        throw error;
      }
      warn(error.message);
    }
    await avatars.#folders.sweep().catch(unswept);
    return avatars;
  }

  /** Has every avatar that may be asked for, in a folder named by its content. */
  get avatarsDir(): string {
    return this.#folders.folder;
  }

  /** Has the files of the avatar that is shown; undefined where there is none. */
  get shownDir(): string | undefined {
    return this.#stored && join(this.avatarsDir, this.#stored.hash);
  }

  /** The model that is really shown, moving as fast as `config` says. */
  shown(config: Config): ShownModel {
    if (this.#stored === undefined) {
      const { model } = config;
      return { name: model, entry: modelAddress(entryIn(config)), timeScale: timeScaleOf(config, model) };
    }
    const { name, entry, hash } = this.#stored;
    return {
      name,
      entry: modelAddress(entry),
      timeScale: timeScaleOf(config, name),
      url: addressOf({ entry, hash }),
    };
  }

  /**
   * Shows the model that `config` names. Pages that have not got its address yet still find the one before.
   *
   * @param budget what may still be read of a model that has just been uploaded
   * @throws {ModelError} naming everything that is wrong with it; what was shown before stays
   */
  show(config: Config, budget?: ReadBudget): Promise<void> {
    return this.#installAndShow(config, { instead: false, ...(budget !== undefined && { budget }) });
  }

  /**
   * Installs a model without showing it, for a page that wants to look at it first.
   *
   * @param config has it under `model`
   * @returns the address of its entry file, and what its owner should know
   * @throws {ModelError} naming everything that is wrong with it
   */
  async preview(config: Config, budget?: ReadBudget): Promise<{ url: string; warnings: string[] }> {
    const { shown, warnings } = await this.#install(config, {
      instead: false,
      ...(budget !== undefined && { budget }),
    });
    await this.#folders.touch(shown.hash);
    return { url: addressOf(shown), warnings };
  }

  /** Stops sweeping. */
  [Symbol.dispose](): void {
    this.#sweeping[Symbol.dispose]();
  }

  async #installAndShow(config: Config, more: Partial<InstallOptions> = {}): Promise<void> {
    const { shown } = await this.#install(config, more);
    const before = this.#stored;
    this.#stored = shown;
    for (const { hash } of [shown, before ?? shown]) await this.#folders.touch(hash);
  }

  #install(config: Config, more: Partial<InstallOptions>): Promise<InstallResult<StoredAvatar>> {
    const { root, path, bundled = CARRIED } = this.#options;
    const options = { config, root, configPath: path, ...(bundled !== undefined && { bundled }), ...more };
    return withOutput(
      config.model,
      (onProgress) => installModel({ ...options, onProgress }, this.#folders, this.vendorDir),
    );
  }

  /** Every model by its name, whether it is here, and why it cannot be shown where that can be told without fetching it. */
  list(config: Config): Promise<{ name: string; here: boolean; problem?: string }[]> {
    return Promise.all(modelNames(config).map(async (name) => ({ name, ...await this.#whereabouts(config, name) })));
  }

  async #whereabouts(config: Config, name: string): Promise<{ here: boolean; problem?: string }> {
    try {
      const model = modelSource(config, name);
      // A package is fetched when it is wanted.
      if (model.source.startsWith("npm:")) return { here: false };
      await findModelSource(model, { roots: rootsOf(this.#options.root, this.#options.path) });
      return { here: true };
    } catch (error) {
      if (error instanceof ModelError) return { here: false, problem: error.message };
      throw error;
    }
  }
}

function addressOf({ hash, entry }: Pick<StoredAvatar, "hash" | "entry">): string {
  return `/avatars/${hash}/${encodeURIComponent(entry)}`;
}

/** Whether another model, or another Core to draw it with, is to be shown than before. */
export function needsOtherAvatar(next: Config, before: Config): boolean {
  return !isDeepStrictEqual(wornIn(next), wornIn(before));
}

function wornIn({ model, models, cubismCore, cubism2Core }: Config): unknown {
  return [model, models[model]?.source, models[model]?.entry, cubismCore, cubism2Core];
}

/** The entry file of the configured model, as far as the configuration knows it. */
function entryIn(config: Config): string {
  try {
    return modelSource(config, config.model).entry ?? "none";
  } catch (error) {
    if (error instanceof ModelError) return "none";
    throw error;
  }
}

function unswept(cause: unknown): void {
  warn(`Cannot remove avatars that are not used any more: ${cause instanceof Error ? cause.message : cause}`);
}
