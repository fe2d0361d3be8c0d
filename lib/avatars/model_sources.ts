/** The models that need no entry in the configuration, and how a name becomes a source. */
import type { Config } from "@/lib/config/schema.ts";
import { suggest } from "@/lib/config/env.ts";
import { ModelError } from "./model_error.ts";

/** Where a model is, and how it is shown. */
export interface ModelSource {
  name: string;
  /** A folder, a zip file or `npm:name@version/path`. */
  source: string;
  /** The entry file within the source; found by itself when absent. */
  entry?: string;
  /** How fast its own time runs: 1 is real time. */
  timeScale: number;
  /** What to do when the source is not there, as the end of a sentence. */
  advice?: string;
}

/** Shown when nothing else is chosen, or what is chosen is not there. */
export const DEFAULT_MODEL = "hiyori";

const MAO_FOLDER = "assets/models/mao_pro/runtime";

const KNOWN: Record<string, { source: string; entry?: string; advice?: string }> = {
  // Live2D's sample models, each under its own terms: fetched by the user's machine, never part of this project.
  hiyori: { source: "npm:live2d-renderer@0.6.6/assets/Hiyori.zip", entry: "Hiyori.model3.json" },
  shizuku: { source: "npm:live2d-widget-model-shizuku@1.0.5/assets", entry: "shizuku.model.json" },
  mao: {
    source: MAO_FOLDER,
    entry: "mao_pro.model3.json",
    advice: `download Niziiro Mao (PRO) from https://www.live2d.com/en/learn/sample/ and unpack it so that ` +
      `${MAO_FOLDER}/mao_pro.model3.json is there`,
  },
};

/**
 * The model of that name: the known ones, changed and added to by `models` of the configuration.
 *
 * @throws {ModelError} of kind `unknown_model` when neither knows the name, or the configuration gives no source
 */
export function modelSource(config: Config, name: string): ModelSource {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  const own = Object.hasOwn(config.models, name) ? config.models[name] : undefined;
  const source = own?.source ?? known?.source;
  if (source === undefined) throw unknownModel(config, name, own !== undefined);
  const entry = own?.entry ?? known?.entry;
  const advice = source === known?.source ? known.advice : undefined;
  return {
    name,
    source,
    timeScale: timeScaleOf(config, name),
    ...(entry === undefined ? {} : { entry }),
    ...(advice === undefined ? {} : { advice }),
  };
}

/** The names that {@linkcode modelSource} knows: the known ones first, then those of the configuration. */
export function modelNames(config: Config): string[] {
  return [...new Set([...Object.keys(KNOWN), ...Object.keys(config.models)])];
}

/** How fast a model's own time runs: 1 is real time. */
export function timeScaleOf(config: Config, name: string): number {
  return (Object.hasOwn(config.models, name) ? config.models[name]?.timeScale : undefined) ?? config.timeScale;
}

/** Where the entry file of the avatar that is shown is served, whichever that is at the moment. */
export function modelAddress(entry: string): string {
  return `/model/${encodeURIComponent(entry)}`;
}

function unknownModel(config: Config, name: string, listed: boolean): ModelError {
  if (listed) {
    const message = `Cannot show the model ${name}: models.${name}.source is missing in the configuration`;
    return new ModelError([{ kind: "unknown_model", message }]);
  }
  const names = modelNames(config);
  const message = `Cannot show the model ${name}: there is none of this name among ${names.join(", ")}${
    suggest(name, names)
  }`;
  return new ModelError([{ kind: "unknown_model", message }]);
}
