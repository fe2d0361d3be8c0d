/** Installs a model and its Core: reads and checks them, and writes them to where they are served from. */
import { dirname, join, resolve } from "node:path";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { type CheckedModel, checkModel, refuseNewerThanCore } from "./check_model.ts";
import { contentOf, type FileContent, type FileTree, openFolder } from "./file_tree.ts";
import { fillFolder } from "./fill_folder.ts";
import { DEFAULT_MODEL, type ModelSource, modelSource } from "./model_sources.ts";
import { ModelError } from "./model_error.ts";
import { type ModelStorage, type ServedModel, StaticModel } from "./model_storage.ts";
import type { ReadBudget } from "./read_budget.ts";
import type { Cubism } from "./references.ts";
import { openModel, readSource } from "./source.ts";
import type { SourceContext } from "./source_context.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/**
 * A step that takes long: reported when it starts, or once it has taken a second, then every second until it is over.
 */
export interface Progress {
  text: string;
  seconds: number;
}

export interface InstallOptions {
  config: Config;
  /** The folder that relative paths start at. Default: the working directory. */
  root?: string;
  /** The configuration's file: relative paths of models are looked for beside it first. */
  configPath?: string;
  /** Whether another model may be shown in place of one that cannot be. Default: true. */
  instead?: boolean;
  /** What an earlier sync has written, to answer in place of npm: a compiled program carries one. */
  bundled?: string;
  onProgress?: (progress: Progress) => void;
  /** What may still be read of the model: a new upload has been read before. Default: what one model may take. */
  budget?: ReadBudget;
  signal?: AbortSignal;
}

/** What was installed. */
export interface InstallResult<Place extends ServedModel> {
  /** The model to show now. */
  shown: Place;
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
 * Writes the configured model into `storage` and the Cores into `vendorDir`. Files that are already there are not
 * touched.
 *
 * A model that is not there is replaced by the default one. One that is broken leaves the last good one shown, or the
 * default one where there was none. Either way the result carries the `problem`.
 *
 * @throws {ModelError} when nothing can be shown: neither the configured model nor another, or no Core; with
 * `instead: false` whenever the configured model cannot be shown, and then nothing has been touched
 */
export async function installModel<Place extends ServedModel>(
  options: InstallOptions,
  storage: ModelStorage<Place>,
  vendorDir: string,
): Promise<InstallResult<Place>> {
  const { signal } = options;
  const context = contextOf(options);

  const chosen = await choose(options, storage, context);
  const warnings = "model" in chosen ? chosen.model.warnings.map(({ message }) => message) : [];
  const { cubism } = "model" in chosen ? chosen.model : chosen.served;
  const cores = await bothCores(cubism, options, vendorDir, context);
  if (cores.problem !== undefined) warnings.push(cores.problem.message);

  signal?.throwIfAborted();
  const { served, changed } = "model" in chosen
    ? await storage.write(chosen.name, chosen.model)
    : { served: chosen.served, changed: false };
  const coresChanged = await fillFolder(vendorDir, cores.files);
  const { problem } = chosen;
  return { shown: served, changed: changed || coresChanged, warnings, ...(problem !== undefined && { problem }) };
}

/** A model that was read anew, or the one in place that stays. */
type Choice<Place> = ({ name: string; model: CheckedModel } | { served: Place }) & { problem?: ModelError };

async function choose<Place extends ServedModel>(
  options: InstallOptions,
  storage: ModelStorage<Place>,
  context: SourceContext,
): Promise<Choice<Place>> {
  const { model } = options.config;
  try {
    return await read(model, options, context);
  } catch (problem) {
    if (!(problem instanceof ModelError) || options.instead === false) throw problem;
    const served = await storage.last(model);
    if (served !== undefined && !problem.absent) return { served, problem };
    if (model === DEFAULT_MODEL) {
      if (served !== undefined) return { served, problem };
      throw problem;
    }
    return await instead(options, context, served, problem);
  }
}

/** The default model, in place of one that is not there. */
async function instead<Place>(
  options: InstallOptions,
  context: SourceContext,
  served: Place | undefined,
  problem: ModelError,
): Promise<Choice<Place>> {
  try {
    return { ...await read(DEFAULT_MODEL, options, context), problem };
  } catch (second) {
    if (!(second instanceof ModelError)) throw second;
    const both = new ModelError([...problem.problems, ...second.problems], { cause: second });
    if (served !== undefined) return { served, problem: both };
    throw both;
  }
}

async function read(
  name: string,
  options: InstallOptions,
  context: SourceContext,
): Promise<{ name: string; model: CheckedModel }> {
  const source = modelSource(options.config, name);
  const tree = await bundledModel(source, options) ?? await openModel(source, context);
  using _step = context.step(`Reading ${name}`, false);
  const model = await checkModel(tree, {
    ...(source.entry === undefined ? {} : { entry: source.entry }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  // What a Core of the owner's own can draw, only the page finds out.
  if (options.config.cubismCore === configSchema.parse({}).cubismCore) refuseNewerThanCore(model, tree.label);
  return { name, model };
}

async function bundledModel(source: ModelSource, { bundled }: InstallOptions): Promise<FileTree | undefined> {
  if (bundled === undefined || !source.source.startsWith("npm:")) return undefined;
  const carried = new StaticModel(bundled);
  const served = await carried.last();
  return served?.name === source.name ? await openFolder(carried.folder, source.name) : undefined;
}

/**
 * Both Cores, so that the page can change to a model of the other kind. The one that this model needs must be there;
 * doing without the other is no reason to complain.
 */
async function bothCores(
  cubism: Cubism,
  options: InstallOptions,
  vendorDir: string,
  context: SourceContext,
): Promise<{ files: Map<string, FileContent>; problem?: ModelError }> {
  const { problem, ...needed } = await core(cubism, options, vendorDir, context);
  const files = new Map([[CORES[cubism].file, contentOf(needed.bytes)]]);
  const other: Cubism = cubism === 2 ? 4 : 2;
  try {
    files.set(CORES[other].file, contentOf((await core(other, options, vendorDir, context)).bytes));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
  return { files, ...(problem === undefined ? {} : { problem }) };
}

/** One Core. Where it cannot be had anew, the one in place stays. */
async function core(
  cubism: Cubism,
  { config, bundled }: InstallOptions,
  vendorDir: string,
  context: SourceContext,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; problem?: ModelError }> {
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
    const served = join(vendorDir, file);
    if (!(problem instanceof ModelError) || !await isThere(served)) throw problem;
    return { bytes: await Deno.readFile(served), problem };
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // Whatever the reason, it cannot be used.
  }
}

/** Folders that the relative path of a model or a card may start at, in order. */
export function rootsOf(root: string, configPath?: string): string[] {
  return configPath === undefined ? [root] : [dirname(resolve(root, configPath)), root];
}

function contextOf(
  { config, root = Deno.cwd(), configPath, onProgress, budget, signal }: InstallOptions,
): SourceContext {
  const roots = rootsOf(root, configPath);
  return {
    roots,
    cacheDir: join(resolve(roots[0] ?? root, config.server.dataDir), "cache"),
    step: (text, atOnce) => startStep(text, atOnce, onProgress),
    ...(budget === undefined ? {} : { budget }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function startStep(text: string, atOnce: boolean, onProgress: InstallOptions["onProgress"]): Disposable {
  let seconds = 0;
  if (atOnce) onProgress?.({ text, seconds });
  const timer = setInterval(() => {
    guarded("tell how long a step takes", () => onProgress?.({ text, seconds: ++seconds }));
  }, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
