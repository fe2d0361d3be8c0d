import type { Renderer } from "@pixi/core";
import type { Cubism4InternalModel, InternalModel } from "pixi-live2d-display/cubism4";
import { Blink } from "./blink.ts";
import { Breath } from "./breath.ts";
import { measureFigure } from "./figure.ts";
import type { Placement, Rect } from "./fit.ts";
import { idleGroup } from "./framework.ts";
import { Gaze } from "./gaze.ts";
import type { LoadedModel } from "./loader.ts";
import { Mouth } from "./mouth.ts";
import type { Layer, Step } from "./rig.ts";
import { tapGroups } from "./tap.ts";

/** Edge of the buffer for clipping masks: the framework's 256 shows as jagged eyes on a large screen. */
const MASK_SIZE = 1024;
/** Priorities of motions in the framework. */
const IDLE = 1;
const NORMAL = 2;
/** Cubism 2 takes small times for unset ones. */
const CLOCK_START = 100_000;
/** Seconds played before a model is shown, so that hair and clothes hang as they should. */
const SETTLING = 1;

/** A model that lives: its motions, and on top of them all that makes it aware of the page. */
export class Actor {
  readonly gaze = new Gaze();
  readonly mouth: Mouth;
  /** What is visible of the model, in its own units. */
  readonly figure: Rect;
  readonly #model: LoadedModel;
  readonly #breath = new Breath();
  readonly #layers: Layer[];
  readonly #idleGroup: string;
  #step: Step = { real: 0, scaled: 0 };

  private constructor(model: LoadedModel, renderer: Renderer) {
    this.#model = model;
    this.mouth = new Mouth(model.settings.lipSync);
    this.#layers = [new Blink(model.settings.eyeBlink), this.gaze, this.#breath];
    this.#idleGroup = idleGroup(model.settings);
    this.#takeOver(model.view.internalModel);
    // A Cubism 2 model can be moved only once it has been drawn.
    model.setClock(CLOCK_START);
    measureFigure(renderer, model.view);
    for (let played = 0; played < SETTLING; played += 1 / 30) this.#play({ real: 1 / 30, scaled: 1 / 30 });
    this.figure = measureFigure(renderer, model.view);
  }

  /** Brings a loaded model to life, with its first idle motion already running. */
  static async create(model: LoadedModel, renderer: Renderer): Promise<Actor> {
    const { motionManager } = model.view.internalModel;
    await motionManager.startRandomMotion(idleGroup(model.settings), IDLE);
    return new Actor(model, renderer);
  }

  /** Name of the model's files, for its own settings. */
  get url(): string {
    return this.#model.settings.url;
  }

  /** Keeps to breath, blinks and gaze, without the model's idle motions. */
  set calm(calm: boolean) {
    this.gaze.calm = calm;
    this.#breath.calm = calm;
    const { motionManager } = this.#model.view.internalModel;
    motionManager.groups.idle = calm ? "\0" : this.#idleGroup;
    if (calm && motionManager.state.currentPriority === IDLE) motionManager.stopAllMotions();
  }

  /** Advances by a step; the model is updated when it is drawn next. */
  advance(step: Step): void {
    this.#step = step;
    const { view } = this.#model;
    view.update(step.scaled * 1000);
    this.#model.setClock(CLOCK_START + view.elapsedTime);
  }

  /** Draws the model on the stage. */
  draw(renderer: Renderer): void {
    renderer.render(this.#model.view);
  }

  place({ scale, x, y }: Placement): void {
    this.#model.view.scale.set(scale);
    this.#model.view.position.set(x, y);
  }

  /** Where the face is, in pixels of the stage. */
  get face(): { x: number; y: number } {
    const { x, y, scale } = this.#model.view;
    const { figure } = this;
    return {
      x: x + (figure.x + figure.width / 2) * scale.x,
      y: y + (figure.y + Math.min(figure.height * 0.14, figure.width * 0.4)) * scale.y,
    };
  }

  /** Reacts to a tap at a place in pixels of the stage; false when it missed the model. */
  tap(x: number, y: number): boolean {
    const { view, settings } = this.#model;
    const place = { x: (x - view.x) / view.scale.x, y: (y - view.y) / view.scale.y };
    const areas = view.internalModel.hitTest(place.x, place.y);
    const { figure } = this;
    const inside = place.x >= figure.x && place.x <= figure.x + figure.width &&
      place.y >= figure.y && place.y <= figure.y + figure.height;
    if (areas.length === 0 && inside) areas.push(place.y < figure.y + figure.height * 0.22 ? "head" : "body");
    if (areas.length === 0) return false;
    const group = tapGroups(areas, [...settings.motions.keys()], this.#idleGroup)[0];
    // A motion that cannot be loaded is no reason to fail: the model just does not react.
    if (group !== undefined) void view.motion(group, undefined, NORMAL);
    return true;
  }

  /** Takes the model off the stage and frees what it held. */
  destroy(): void {
    const { view } = this.#model;
    for (const texture of view.textures) texture.destroy(true);
    view.textures = [];
    // The framework frees the masks of models that have none, and stumbles over it.
    const { renderer } = view.internalModel as Cubism4InternalModel;
    if (renderer !== undefined && "_clippingManager" in renderer) renderer._clippingManager ??= NO_MASKS;
    view.destroy();
  }

  #takeOver(internal: InternalModel): void {
    const hooks = internal as unknown as Hooks;
    delete hooks.eyeBlink;
    hooks.updateFocus = () => {
      for (const layer of this.#layers) layer.apply(this.#model.rig, this.#step);
    };
    hooks.updateNaturalMovements = () => {};
    hooks.on("beforeModelUpdate", () => this.mouth.apply(this.#model.rig, this.#step));
    if (hooks.renderer?.getClippingMaskBufferSize() !== -1) hooks.renderer?.setClippingMaskBufferSize(MASK_SIZE);
  }

  #play(step: Step): void {
    this.#step = step;
    const { view } = this.#model;
    view.elapsedTime += step.scaled * 1000;
    this.#model.setClock(CLOCK_START + view.elapsedTime);
    view.internalModel.update(step.scaled * 1000, view.elapsedTime);
  }
}

/**
 * Where the framework lets a model's own behaviour be replaced: both are called after motions and expressions, and
 * before physics. Its blink would undo expressions that close the eyes.
 */
interface Hooks {
  eyeBlink?: unknown;
  updateFocus(): void;
  updateNaturalMovements(): void;
  on(event: "beforeModelUpdate", listener: () => void): unknown;
  renderer?: { getClippingMaskBufferSize(): number; setClippingMaskBufferSize(size: number): void };
}

// deno-lint-ignore no-explicit-any
const NO_MASKS: any = { release() {} };
