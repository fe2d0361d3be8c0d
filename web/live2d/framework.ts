import type { Cubism2InternalModel, Cubism4InternalModel, Live2DModel } from "pixi-live2d-display/cubism4";
import { type Generation, loadCore } from "./core_loader.ts";
import { StageError } from "./errors.ts";
import type { ModelSettings } from "./entry_file.ts";
import { idleGroup } from "./idle_group.ts";
import { type Cubism2Ranges, type Rig, rigOfCubism2, rigOfCubism4 } from "./rig.ts";
import { MOC_RELEASES } from "@/lib/protocol/moc_releases.ts";

/** A model as the Live2D framework has it, ready but for its textures. */
export interface Puppet {
  view: Live2DModel;
  rig: Rig;
  /** Gives the model its time, in milliseconds, where its core would ask the computer's clock instead. */
  setClock(milliseconds: number): void;
}

/** What both generations of the framework have in common. */
type Internal = Cubism4InternalModel | Cubism2InternalModel;

/** The part of Cubism Core that is asked directly. */
interface Core {
  Version: { csmGetVersion(): number; csmGetLatestMocVersion(): number };
}

/** Files of a model beside its textures, as they came. */
export interface PuppetFiles {
  moc: Uint8Array<ArrayBuffer>;
  physics: unknown;
  pose: unknown;
}

/** Makes a model of its files. */
export type Assemble = (settings: ModelSettings, files: PuppetFiles) => Puppet;

const frameworks = new Map<Generation, Promise<Assemble>>();

/**
 * Brings the core and the framework for a generation of models into the page, once, and only when there is such a model.
 *
 * @throws {StageError} when the core is missing or does not start
 */
export function loadFramework(generation: Generation): Promise<Assemble> {
  let framework = frameworks.get(generation);
  if (framework === undefined) {
    framework = generation === 2 ? loadCubism2() : loadCubism4();
    frameworks.set(generation, framework);
    // What failed shall be tried again.
    framework.catch(() => frameworks.delete(generation));
  }
  return framework;
}

async function loadCubism2(): Promise<Assemble> {
  await loadCore(2);
  const framework = await import("pixi-live2d-display/cubism2");
  return (settings, files) => assemble(framework, settings, files);
}

async function loadCubism4(): Promise<Assemble> {
  await loadCore(4);
  await coreAwake();
  const framework = await import("pixi-live2d-display/cubism4");
  framework.startUpCubism4({ logFunction: () => {}, loggingLevel: 5 });
  return (settings, files) => {
    checkVersion(files.moc, settings.moc);
    const puppet = assemble(framework, settings, files);
    keepShaders(framework, puppet.view.internalModel as Cubism4InternalModel);
    return puppet;
  };
}

/**
 * All models share one set of shaders, which the framework would forget, undeleted, for each that is drawn for the first
 * time: a graphics card would compile them anew, while one is waiting for the new character.
 */
function keepShaders(framework: unknown, internal: Cubism4InternalModel): void {
  const shaders = (framework as Shaders).CubismShader_WebGL.getInstance();
  const update = internal.updateWebGLContext.bind(internal);
  internal.updateWebGLContext = (gl, contextId) => {
    const kept = shaders._shaderSets;
    update(gl, contextId);
    // Not so after the graphics card was lost, nor on another canvas.
    if (kept[0] && gl.isProgram(kept[0].shaderProgram)) shaders._shaderSets = kept;
  };
}

/** A part of the framework that its types leave out. */
interface Shaders {
  CubismShader_WebGL: { getInstance(): { _shaderSets: { shaderProgram: WebGLProgram }[] } };
}

type Framework = Pick<typeof import("pixi-live2d-display/cubism4"), "Live2DModel" | "Live2DFactory" | "config">;

/** Makes a model of its files, as the framework's own loader does but without its own downloads and timers. */
function assemble(
  { Live2DModel, Live2DFactory, config }: Framework,
  settings: ModelSettings,
  files: PuppetFiles,
): Puppet {
  // Voices recorded with a model's motions are not this character's.
  config.sound = false;
  config.logLevel = config.LOG_LEVEL_NONE;
  const runtime = Live2DFactory.findRuntime(settings.json);
  if (runtime === undefined || !runtime.isValidMoc(files.moc.buffer)) throw broken(settings.moc);
  let internal: Internal;
  try {
    const core = runtime.createCoreModel(files.moc.buffer, { checkMocConsistency: true });
    const options = {
      idleMotionGroup: idleGroup(settings.motions.keys(), settings.extras.idle),
      motionPreload: NO_PRELOAD,
    };
    const own = runtime.createModelSettings(settings.json);
    // The framework would go by a way that pixi warns about.
    own.resolveURL = (path) => new URL(path, settings.url).href;
    internal = runtime.createInternalModel(core, own, options) as Internal;
    if (files.physics !== null) internal.physics = optional(() => runtime.createPhysics(core, files.physics));
    if (files.pose !== null) internal.pose = optional(() => runtime.createPose(core, files.pose));
  } catch (cause) {
    throw broken(settings.moc, cause);
  }
  // The stage places a model by what is visible of it, so its own layout would only be in the way.
  internal.localTransform.identity();
  const view = new Live2DModel({ autoUpdate: false, autoHitTest: false, autoFocus: false });
  view.internalModel = internal;
  view.emit("modelLoaded", internal);
  return { view, rig: rigOf(internal), setClock: clockOf(settings.generation) };
}

const NO_PRELOAD = "NONE" as import("pixi-live2d-display/cubism4").MotionPreloadStrategy;

/** Physics and pose are extras: a model whose file is damaged lives without. */
function optional<T>(create: () => T): T | undefined {
  try {
    return create();
  } catch {
    // Nothing that the person could do, and the model is still worth seeing.
    return undefined;
  }
}

function rigOf(internal: Internal): Rig {
  if ("getModelContext" in internal.coreModel) {
    return rigOfCubism2(internal.coreModel, internal.coreModel.getModelContext() as unknown as Cubism2Ranges);
  }
  return rigOfCubism4(internal.coreModel.getModel().parameters);
}

/** Cubism 2 has one clock for all its models, which follows the computer's until it is set. */
function clockOf(generation: Generation): (milliseconds: number) => void {
  if (generation === 4) return () => {};
  const { UtSystem } = globalThis as unknown as { UtSystem: { setUserTimeMSec(milliseconds: number): void } };
  return (milliseconds) => UtSystem.setUserTimeMSec(milliseconds);
}

/** Waits until the core's WebAssembly has started, which its script does not announce. */
async function coreAwake(): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      core().Version.csmGetVersion();
      return;
    } catch (cause) {
      if (tries === 500) throw new StageError({ code: "core_asleep" }, { cause });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function core(): Core {
  return (globalThis as unknown as { Live2DCubismCore: Core }).Live2DCubismCore;
}

function checkVersion(moc: Uint8Array, name: string): void {
  const version = moc[4] ?? 0;
  const latest = core().Version.csmGetLatestMocVersion();
  if (version <= latest) return;
  throw new StageError({ code: "too_new", file: name, format: editor(version), latest: editor(latest) });
}

function editor(version: number): string {
  return MOC_RELEASES[version] ?? `> ${MOC_RELEASES.at(-1)}`;
}

function broken(moc: string, cause?: unknown): StageError {
  return new StageError({ code: "bad_moc", file: moc }, { cause });
}
