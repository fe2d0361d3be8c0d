import { dirname, join, resolve } from "node:path";
import { appConfig, type ShownModel } from "@/lib/config/app_config.ts";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { writeWhole } from "@/lib/config/write_whole.ts";
import { type CheckedModel, checkModel, newerThanCore } from "./check_model.ts";
import { type FileTree, openFolder } from "./file_tree.ts";
import { fillFolder } from "./fill_folder.ts";
import { type ModelInPlace, modelInPlace } from "./in_place.ts";
import { DEFAULT_MODEL, type ModelSource, modelSource } from "./known.ts";
import { ModelError } from "./model_error.ts";
import type { Cubism } from "./references.ts";
import { openModel, readSource, type SourceContext } from "./source.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** A step that takes long: told when it starts, or once it has taken a second, then every second until it is over. */
export interface Progress {
  text: string;
  seconds: number;
}

export interface SyncOptions {
  config: Config;
  /** The folder that relative paths start at. Default: the working directory. */
  root?: string;
  /** The configuration's file: relative paths of models are looked for beside it first. */
  configPath?: string;
  /** Gets `model/`, `vendor/` and `app-config.json`. Default: `static` in `root`. */
  staticDir?: string;
  /** Whether another model may be shown in place of one that cannot be. Default: true. */
  instead?: boolean;
  /** The result of an earlier sync, to answer in place of npm: a compiled program carries one. */
  bundled?: string;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface SyncResult extends ShownModel {
  cubism: Cubism;
  /** Whether any file was written. */
  changed: boolean;
  /** Why another model than the configured one is shown. */
  problem?: ModelError;
  /** What the user should know, ready to print. */
  warnings: string[];
}

const CORES = {
  2: { file: "live2d.min.js", field: "cubism2Core", mark: "Live2D" },
  4: { file: "live2dcubismcore.min.js", field: "cubismCore", mark: "Live2DCubismCore" },
} as const;

/**
 * Brings the configured model and its Core into `staticDir` and writes `app-config.json`. What is already as it should
 * be is not touched.
 *
 * A model that is not there is replaced by the default one. One that is broken leaves the model in place that was
 * shown before, or the default one where there was none. Either way the result carries the `problem`.
 *
 * @throws {ModelError} when nothing can be shown: neither the configured model nor another, or no Core; with
 * `instead: false` whenever the configured model cannot be shown, and then nothing has been touched
 */
export async function syncModel(options: SyncOptions): Promise<SyncResult> {
  const { config, signal } = options;
  const root = resolve(options.root ?? Deno.cwd());
  const staticDir = resolve(root, options.staticDir ?? "static");
  const context = contextOf(options, root);

  const chosen = await choose(options, staticDir, context);
  const warnings = chosen.model?.warnings.map(({ message }) => message) ?? [];
  if (chosen.model !== undefined && config.cubismCore === configSchema.parse({}).cubismCore) {
    warnings.push(...newerThanCore(chosen.model).map(({ message }) => message));
  }
  const cores = await bothCores(chosen.cubism, options, staticDir, context);
  if (cores.problem !== undefined) warnings.push(cores.problem.message);

  signal?.throwIfAborted();
  const written = [
    chosen.model !== undefined && await fillFolder(join(staticDir, "model"), chosen.model.files),
    await fillFolder(join(staticDir, "vendor"), cores.files),
    await writeWhole(
      join(staticDir, "app-config.json"),
      `${JSON.stringify(appConfig(config, chosen.shown), null, 2)}\n`,
    ),
  ];
  return {
    ...chosen.shown,
    cubism: chosen.cubism,
    changed: written.includes(true),
    warnings,
    ...(chosen.problem === undefined ? {} : { problem: chosen.problem }),
  };
}

interface Choice extends ModelInPlace {
  /** Absent when the model that is in place stays. */
  model?: CheckedModel;
  problem?: ModelError;
}

async function choose(options: SyncOptions, staticDir: string, context: SourceContext): Promise<Choice> {
  const { config } = options;
  try {
    return await read(config.model, options, context);
  } catch (problem) {
    if (!(problem instanceof ModelError) || options.instead === false) throw problem;
    const inPlace = await modelInPlace(config, staticDir);
    if (inPlace !== undefined && !problem.absent) return { ...inPlace, problem };
    if (config.model === DEFAULT_MODEL) {
      if (inPlace !== undefined) return { ...inPlace, problem };
      throw problem;
    }
    return await instead(options, context, inPlace, problem);
  }
}

/** The default model, in place of one that is not there. */
async function instead(
  options: SyncOptions,
  context: SourceContext,
  inPlace: ModelInPlace | undefined,
  problem: ModelError,
): Promise<Choice> {
  try {
    return { ...await read(DEFAULT_MODEL, options, context), problem };
  } catch (second) {
    if (!(second instanceof ModelError)) throw second;
    const both = new ModelError([...problem.problems, ...second.problems], { cause: second });
    if (inPlace !== undefined) return { ...inPlace, problem: both };
    throw both;
  }
}

async function read(name: string, options: SyncOptions, context: SourceContext): Promise<Choice> {
  const source = modelSource(options.config, name);
  const tree = await bundledModel(source, options) ?? await openModel(source, context);
  using _step = context.step(`Reading ${name}`, false);
  const model = await checkModel(tree, {
    ...(source.entry === undefined ? {} : { entry: source.entry }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const entry = `/model/${encodeURIComponent(model.entry)}`;
  return { shown: { name, entry, timeScale: source.timeScale }, cubism: model.cubism, model };
}

async function bundledModel(source: ModelSource, { config, bundled }: SyncOptions): Promise<FileTree | undefined> {
  if (bundled === undefined || !source.source.startsWith("npm:")) return undefined;
  const inPlace = await modelInPlace(config, bundled);
  return inPlace?.shown.name === source.name ? await openFolder(join(bundled, "model"), source.name) : undefined;
}

/**
 * Both Cores, so that the page can change to a model of the other kind. The one that this model needs must be there;
 * doing without the other is no reason to complain.
 */
async function bothCores(
  cubism: Cubism,
  options: SyncOptions,
  staticDir: string,
  context: SourceContext,
): Promise<{ files: Map<string, Uint8Array>; problem?: ModelError }> {
  const { problem, ...needed } = await core(cubism, options, staticDir, context);
  const files = new Map([[CORES[cubism].file, needed.bytes]]);
  const other: Cubism = cubism === 2 ? 4 : 2;
  try {
    files.set(CORES[other].file, (await core(other, options, staticDir, context)).bytes);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
  return { files, ...(problem === undefined ? {} : { problem }) };
}

/** One Core. Where it cannot be had anew, the one in place stays. */
async function core(
  cubism: Cubism,
  { config, bundled }: SyncOptions,
  staticDir: string,
  context: SourceContext,
): Promise<{ bytes: Uint8Array; problem?: ModelError }> {
  const { file, field, mark } = CORES[cubism];
  const carried = bundled === undefined ? undefined : join(bundled, "vendor", file);
  const source = config[field].startsWith("npm:") && carried !== undefined && await isThere(carried)
    ? carried
    : config[field];
  const complaint = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).includes(mark) ? undefined : "is no Cubism Core";
  try {
    return { bytes: await readSource(source, context, complaint) };
  } catch (problem) {
    const inPlace = join(staticDir, "vendor", file);
    if (!(problem instanceof ModelError) || !await isThere(inPlace)) throw problem;
    return { bytes: await Deno.readFile(inPlace), problem };
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // Whatever the reason, it cannot be used.
  }
}

/** Folders that a model's relative path may start at, in order. */
export function rootsOf(root: string, configPath?: string): string[] {
  return configPath === undefined ? [root] : [dirname(resolve(root, configPath)), root];
}

function contextOf({ config, configPath, onProgress, signal }: SyncOptions, root: string): SourceContext {
  return {
    roots: rootsOf(root, configPath),
    cacheDir: join(resolve(root, config.server.dataDir), "cache"),
    step: (text, atOnce) => startStep(text, atOnce, onProgress),
    ...(signal === undefined ? {} : { signal }),
  };
}

function startStep(text: string, atOnce: boolean, onProgress: SyncOptions["onProgress"]): Disposable {
  let seconds = 0;
  if (atOnce) onProgress?.({ text, seconds });
  const timer = setInterval(() => {
    guarded("tell how long a step takes", () => onProgress?.({ text, seconds: ++seconds }));
  }, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
