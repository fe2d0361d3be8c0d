import type { Renderer, Texture } from "@pixi/core";
import { Blink } from "./blink.ts";
import { Breath } from "./breath.ts";
import { facesFor } from "./emotions.ts";
import { applyExpression, type Expression } from "./expressions.ts";
import { Face } from "./face.ts";
import { headOf, shutEyes } from "./face_area.ts";
import { measureFigure } from "./figure.ts";
import type { Placement, Rect } from "./fit.ts";
import { Gaze } from "./gaze.ts";
import { idleGroup, NO_GROUP } from "./idle_group.ts";
import type { ModelSettings } from "./entry_file.ts";
import type { LoadedModel } from "./loader.ts";
import { extentOfMasks, LEAST_MASK_SIZE, makeRoomForMasks, type MaskRenderer, maskSizeFor } from "./masks.ts";
import { Mouth } from "./mouth.ts";
import { recorderFor } from "./mouth_recorder.ts";
import { drawPortrait } from "./portrait.ts";
import { Rest } from "./rest.ts";
import type { Rig, Step } from "./rig.ts";
import { tapGroups } from "./tap.ts";
import type { Hotkey } from "@/lib/protocol/model_extras.ts";
import type { MouthPoseSource } from "@/web/presence/presence.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";

/** Priorities of motions in the framework. */
const PRIORITY = { idle: 1, reaction: 2, wanted: 3 };
/** Cubism 2 takes small times for unset ones. */
const CLOCK_START = 100_000;
/** Seconds played before a model is shown, so that hair and clothes hang as they should. */
const SETTLING = 1;
/** Share of a figure's height that is its head. */
const HEAD = 0.22;

/** What a character is like, beside its files. */
export interface Traits {
  /** How fast the model's own time runs: 1 is real time. */
  timeScale: number;
  /** Names of expressions for feelings, in place of those that are found. */
  emotions: Readonly<Record<string, string>>;
}

/** A model that lives: its motions, and on top of them all that makes it aware of the page. */
export class Actor {
  readonly gaze = new Gaze();
  readonly face = new Face();
  /** What is visible of the model, in its own units. */
  readonly figure: Rect;
  /** Faces for feelings. */
  readonly faces: ReadonlyMap<Emotion, Expression>;
  readonly #model: LoadedModel;
  readonly #mouth: Mouth;
  readonly #timeScale: number;
  readonly #breath = new Breath();
  readonly #idleGroup: string;
  #step: Step = { real: 0, scaled: 0 };
  /** The head at rest, once it has been looked for. */
  #head: Rect | undefined;
  /** The buffer for clipping masks: its edge, the most that it may have, and the most that masks have needed, in units. */
  readonly #masks = { size: LEAST_MASK_SIZE, most: Infinity, extent: 0 };
  /** What is on the face at rest while a portrait is made. */
  #posing: { expression: Expression | null } | null = null;

  private constructor(model: LoadedModel, traits: Traits, renderer: Renderer) {
    this.#model = model;
    this.#timeScale = traits.timeScale;
    this.#idleGroup = idleGroup(model.settings.motions.keys(), model.settings.extras.idle);
    this.faces = facesFor(model.expressions, model.rig, traits.emotions);
    this.#mouth = new Mouth(model.settings.lipSync, model.motionSync);
    this.#mouth.recorder = recorderFor(new URL(location.href));
    this.#takeOver();
    model.setClock(CLOCK_START);
    // A Cubism 2 model can be moved only once it has been drawn.
    if (model.settings.generation === 2) measureFigure(renderer, model.view);
    // The size is that of the model at rest, the same every time, and not that of whatever motion comes first.
    this.#rehearse(1 / 30);
    this.figure = measureFigure(renderer, model.view);
  }

  /** Brings a loaded model to life, with its first idle motion already running. */
  static async create(model: LoadedModel, traits: Traits, renderer: Renderer): Promise<Actor> {
    const { motionManager } = model.view.internalModel;
    motionManager.groups.idle = NO_GROUP;
    const actor = new Actor(model, traits, renderer);
    motionManager.groups.idle = actor.#idleGroup;
    await motionManager.startRandomMotion(actor.#idleGroup, PRIORITY.idle);
    actor.#rehearse(SETTLING);
    return actor;
  }

  /** Address of its owner's picture of it; null where there is none. */
  get icon(): string | null {
    const { extras: { icon }, url } = this.#model.settings;
    return icon === undefined ? null : new URL(icon, url).href;
  }

  /** Buttons of the model's owner, for what there really is. */
  get hotkeys(): readonly Hotkey[] {
    const { extras: { hotkeys = [] }, motions } = this.#model.settings;
    return hotkeys.filter((one) =>
      "expression" in one
        ? this.expressions.some(({ name }) => name === one.expression)
        : one.motion.index < (motions.get(one.motion.group)?.length ?? 0)
    );
  }

  /** Better names of expressions, by their own: what the owner's buttons call them comes first. */
  get titles(): ReadonlyMap<string, string> {
    const named = this.hotkeys.flatMap((one) => "expression" in one ? [[one.expression, one.name] as const] : []);
    return new Map([...this.#model.titles, ...named]);
  }

  /** The model's own expressions. */
  get expressions(): readonly Expression[] {
    return this.#model.expressions;
  }

  /** Names of the motions in each of the model's groups. */
  get motions(): ReadonlyMap<string, readonly string[]> {
    return this.#model.settings.motions;
  }

  /** Keeps to breath, blinks and gaze, without the model's idle motions. */
  set calm(calm: boolean) {
    this.gaze.calm = calm;
    this.#breath.calm = calm;
    const { motionManager } = this.#model.view.internalModel;
    motionManager.groups.idle = calm ? NO_GROUP : this.#idleGroup;
    if (!calm || motionManager.state.currentPriority !== PRIORITY.idle) return;
    motionManager.stopAllMotions();
    motionManager.playing = false;
  }

  /** Draws the model on the stage, so many seconds after the last time. */
  draw(renderer: Renderer, seconds: number): void {
    this.#pass(seconds);
    renderer.render(this.#model.view);
    this.#fitMasks();
  }

  /**
   * A small picture of its head at rest, with one of its expressions on or none, whatever it is doing.
   *
   * @returns a data URL
   */
  portrait(renderer: Renderer, expression: Expression | null = null): string {
    const { view } = this.#model;
    return this.#posed(expression, () => drawPortrait(renderer, view, this.#head ??= this.#findHead()));
  }

  /** @param mostMaskSize pixels that the edge of the buffer for clipping masks may have */
  place({ scale, x, y }: Placement, mostMaskSize: number): void {
    this.#model.view.scale.set(scale);
    this.#model.view.position.set(x, y);
    this.#masks.most = mostMaskSize;
    this.#fitMasks();
  }

  /** Where the eyes are, in pixels of the stage. */
  get eyes(): { x: number; y: number } {
    const { x, y, scale } = this.#model.view;
    const { figure } = this;
    return {
      x: x + (figure.x + figure.width / 2) * scale.x,
      y: y + (figure.y + Math.min(figure.height * 0.14, figure.width * 0.4)) * scale.y,
    };
  }

  /** Moves the mouth with text, and keeps the feeling on the face while it comes. */
  speak(turn: string, text: string | null): void {
    this.#mouth.setText(turn, text);
    this.face.speaking = text !== null || this.#mouth.source !== null;
  }

  /** Moves the mouth with what is said aloud, and keeps the feeling on the face meanwhile. */
  lipSync(source: MouthPoseSource | null): void {
    this.#mouth.source = source;
    this.face.speaking = source !== null;
  }

  /** Starts a motion, in place of whatever is played. */
  async play(group: string, index: number): Promise<void> {
    await this.#model.view.motion(group, index, PRIORITY.wanted);
  }

  /** Reacts to a tap at a place in pixels of the stage. False: it has missed the model. */
  tap(x: number, y: number): boolean {
    const { view } = this.#model;
    const place = { x: (x - view.x) / view.scale.x, y: (y - view.y) / view.scale.y };
    const areas = view.internalModel.hitTest(place.x, place.y);
    if (areas.length === 0) areas.push(...this.#areasByPlace(place.x, place.y));
    if (areas.length === 0) return false;
    const group = tapGroups(areas, [...this.motions.keys()], this.#idleGroup)[0];
    // A motion that cannot be loaded is no reason to fail: the model just does not react.
    if (group !== undefined) void view.motion(group, undefined, PRIORITY.reaction);
    else this.face.feel(this.faces.get("surprised") ?? null, 0.7);
    return true;
  }

  get settings(): ModelSettings {
    return this.#model.settings;
  }

  /** Takes the same textures in another size, in place of those before. */
  wear(textures: Texture[]): void {
    const { view } = this.#model;
    const before = view.textures;
    view.textures = textures;
    for (const texture of before) texture.destroy(true);
  }

  /** Takes the model off the stage and frees what it held. */
  destroy(): void {
    const { view } = this.#model;
    for (const texture of view.textures) texture.destroy(true);
    view.textures = [];
    view.destroy();
  }

  /** Hit areas of a model that has none: the upper part of the figure is the head. */
  #areasByPlace(x: number, y: number): string[] {
    const { x: left, y: top, width, height } = this.figure;
    if (x < left || x > left + width || y < top || y > top + height) return [];
    return [y < top + height * HEAD ? "head" : "body"];
  }

  #findHead(): Rect {
    const { view: { internalModel }, settings } = this.#model;
    const corners = () =>
      internalModel.getDrawableIDs().map((_, index) => {
        const corners = internalModel.getDrawableVertices(index).slice();
        for (let at = 0; at + 1 < corners.length; at += 2) {
          const { x, y } = internalModel.localTransform.apply({ x: corners[at]!, y: corners[at + 1]! });
          [corners[at], corners[at + 1]] = [x, y];
        }
        return corners;
      });
    const open = this.#posed(null, corners);
    return headOf(open, this.#posed(shutEyes(settings.eyeBlink), corners), this.figure);
  }

  /** Masks are as fine as what they clip is drawn; what has once been large will be so again. */
  #fitMasks(): void {
    const { renderer, pixelsPerUnit = 1 } = this.#hooks;
    if (!renderer) return;
    const masks = this.#masks;
    const { scale: { x: scale }, internalModel: { localTransform } } = this.#model.view;
    masks.extent = Math.max(masks.extent, extentOfMasks(renderer));
    const wanted = maskSizeFor(this.figure.height * scale, masks.extent * pixelsPerUnit * localTransform.a * scale);
    const size = Math.min(masks.most, wanted);
    if (size === masks.size) return;
    masks.size = size;
    makeRoomForMasks(renderer, size);
  }

  /** Does something while the model is at rest, with an expression on or none. */
  #posed<Result>(expression: Expression | null, work: () => Result): Result {
    const { view } = this.#model;
    const before = this.#posing;
    const pose = (posing: typeof before) => {
      this.#posing = posing;
      view.internalModel.update(0, view.elapsedTime);
    };
    pose({ expression });
    try {
      return work();
    } finally {
      pose(before);
    }
  }

  /** Plays some seconds that nobody sees. */
  #rehearse(seconds: number): void {
    const { view } = this.#model;
    for (let left = seconds; left > 0; left -= 1 / 30) {
      this.#pass(1 / 30);
      view.internalModel.update(view.deltaTime, view.elapsedTime);
      view.deltaTime = 0;
    }
  }

  #pass(real: number): void {
    const { view } = this.#model;
    this.#step = { real, scaled: real * this.#timeScale };
    view.update(this.#step.scaled * 1000);
    this.#model.setClock(CLOCK_START + view.elapsedTime);
  }

  get #hooks(): Hooks {
    return this.#model.view.internalModel as unknown as Hooks;
  }

  #takeOver(): void {
    const { rig, settings, view } = this.#model;
    const blink = new Blink(settings.eyeBlink);
    const hooks = this.#hooks;
    delete hooks.eyeBlink;
    hooks.updateFocus = () => {
      if (this.#posing !== null) return poseAtRest(rig, this.#posing.expression);
      for (const layer of [this.face, blink, this.gaze, this.#breath]) layer.apply(rig, this.#step);
    };
    hooks.updateNaturalMovements = () => {};
    const rest = new Rest(() => view.internalModel.motionManager.playing);
    hooks.on("afterMotionUpdate", () => rest.apply(rig, this.#step));
    hooks.on("beforeModelUpdate", () => this.#posing === null && this.#mouth.apply(rig, this.#step));
    if (hooks.renderer) makeRoomForMasks(hooks.renderer, this.#masks.size);
  }
}

function poseAtRest(rig: Rig, expression: Expression | null): void {
  for (let index = 0; index < rig.count; index++) rig.set(index, rig.range(index).initial);
  if (expression !== null) applyExpression(rig, expression, 1);
}

/**
 * Where the framework lets a model's own behaviour be replaced: both functions are called after the motions and before
 * physics. Its own blink would undo expressions that close the eyes.
 */
interface Hooks {
  eyeBlink?: unknown;
  updateFocus(): void;
  updateNaturalMovements(): void;
  on(event: "afterMotionUpdate" | "beforeModelUpdate", listener: () => void): unknown;
  /** Only of Cubism 4 models; without masks it has no manager. */
  renderer?: MaskRenderer;
  /** Only of Cubism 4 models. */
  pixelsPerUnit?: number;
}
