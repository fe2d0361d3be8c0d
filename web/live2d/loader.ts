import type { Texture } from "@pixi/core";
import { Downloads, type Progress } from "./downloads.ts";
import { type Expression, readExpression } from "./expressions.ts";
import { readParameterNames, saysNothing, titlesByParameters } from "./expression_titles.ts";
import { loadFramework, type Puppet } from "./framework.ts";
import { type MotionSync, readMotionSync } from "./motion_sync.ts";
import { type ModelSettings, readSettings } from "./entry_file.ts";
import { createTexture, textureAddress } from "./textures.ts";

/** A model with everything that it needs to be drawn. */
export interface LoadedModel extends Puppet {
  settings: ModelSettings;
  /** Those of the model's expressions that could be loaded. */
  expressions: Expression[];
  /** Better names for expressions that have none, by the names that they have. */
  titles: ReadonlyMap<string, string>;
  /** What its owner has set up for a voice; null where there is none that can be read. */
  motionSync: MotionSync | null;
  /** Whether textures were larger than the graphics card takes, and so are drawn smaller. */
  shrunk: boolean;
}

export interface LoadOptions {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Pixels of an edge that the graphics card takes. */
  largestTexture: number;
  /** The longest edge that is needed of its textures; undefined for the originals. */
  textureSize: number | undefined;
}

/**
 * Loads a model: its entry file, and then all it needs side by side.
 *
 * @param entry Address of the entry file
 * @throws {StageError} naming the file that is missing or broken
 */
export async function loadModel(entry: string, options: LoadOptions): Promise<LoadedModel> {
  const { signal } = options;
  const downloads = new Downloads(signal, options.onProgress);
  const url = new URL(entry, document.baseURI).href;
  const settings = readSettings(await downloads.json(url), url);
  const address = (file: string) => new URL(file, url).href;

  const wanted = settings.expressions.some(({ name }) => saysNothing(name)) ? settings.displayInfo : null;

  const [assemble, moc, physics, pose, motionSync, displayInfo, expressions, ...images] = await Promise.all([
    loadFramework(settings.generation),
    downloads.bytes(address(settings.moc)),
    extra(downloads, settings.physics, address),
    extra(downloads, settings.pose, address),
    extra(downloads, settings.motionSync, address),
    extra(downloads, wanted, address),
    Promise.all(settings.expressions.map(async ({ name, file }) => {
      const json = await extra(downloads, file, address);
      return json === null ? [] : [readExpression(name, json)];
    })),
    ...texturesOf(settings, downloads, options),
  ]);
  const textures = images.map(({ texture }) => texture);
  try {
    signal.throwIfAborted();
    const found = expressions.flat();
    const puppet = assemble(settings, { moc, physics, pose });
    puppet.view.textures = textures;
    return {
      ...puppet,
      settings,
      expressions: found,
      titles: titlesByParameters(found, readParameterNames(displayInfo)),
      motionSync: readMotionSync(motionSync),
      shrunk: images.some(({ shrunk }) => shrunk),
    };
  } catch (error) {
    for (const texture of textures) texture.destroy(true);
    throw error;
  }
}

/**
 * Loads the textures of a model that is there, in another size.
 *
 * @throws {StageError} naming the file that is missing or broken
 */
export async function loadTextures(settings: ModelSettings, options: LoadOptions): Promise<Texture[]> {
  const downloads = new Downloads(options.signal, options.onProgress);
  return (await Promise.all(texturesOf(settings, downloads, options))).map(({ texture }) => texture);
}

function texturesOf(
  { textures, url, generation }: ModelSettings,
  downloads: Downloads,
  { largestTexture, textureSize }: LoadOptions,
): Promise<{ texture: Texture; shrunk: boolean }>[] {
  return textures.map(async (file) => {
    const address = textureAddress(new URL(file, url).href, textureSize);
    return await createTexture(await downloads.bytes(address), file, generation === 2, largestTexture);
  });
}

/** A file that a model can do without; null when there is none or it does not load. */
async function extra(
  downloads: Downloads,
  file: string | null,
  address: (file: string) => string,
): Promise<unknown> {
  if (file === null) return null;
  try {
    return await downloads.json(address(file));
  } catch {
    // The model is stiffer without it, but there; an aborted load is noticed by its other files.
    return null;
  }
}
