import { Renderer } from "@pixi/core";
import "@pixi/unsafe-eval";
import { Actor } from "./actor.ts";
import type { Avatar, Repertoire } from "@/web/presence/avatar.ts";
import type { MouthPoseSource } from "@/web/presence/presence.ts";
import type { Progress } from "./downloads.ts";
import { StageError } from "./errors.ts";
import { FacePictures } from "./face_pictures.ts";
import { Governor } from "./governor.ts";
import { expectedHeight, fit, HOME, isHome, type Size, type View, zoomAt } from "./fit.ts";
import { directionTo } from "./gaze.ts";
import { handle } from "./handling.ts";
import { loadModel, loadTextures } from "./loader.ts";
import { startLoop } from "./loop.ts";
import { watchSize } from "./size.ts";
import { NOTHING, repertoireOf } from "./repertoire.ts";
import { textureSizeFor } from "./textures.ts";
import { limitView, onOtherScreen, recallView, rememberView } from "./view_memory.ts";
import { emotionOf } from "@/lib/protocol/emotions.ts";

/** What drawing may cost. */
export interface Limits {
  /** Frames a second at most. */
  maxFps: number;
  /** Device pixels for each CSS pixel at most. */
  maxPixelRatio: number;
}

const USUAL_LIMITS: Limits = { maxFps: 60, maxPixelRatio: 2 };

export interface StageOptions extends Partial<Limits> {
  /** Takes the stage down, as {@linkcode Stage.dispose} does. */
  signal?: AbortSignal;
  /** The graphics card has dropped everything. The promise tells when the character is back, or that it will not be. */
  onLost?: (recovery: Promise<void>) => void;
  /** The person has moved or sized the model. */
  onView?: (view: View) => void;
  /** The person has tapped the model. */
  onTap?: () => void;
}

export interface LoadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** How a character has come onto the stage. */
export interface Loaded {
  /** Whether its textures are larger than the graphics card takes, and so are drawn smaller. */
  shrunk: boolean;
}

/**
 * A canvas with a Live2D character that lives on it. Everything but `load` does nothing while there is none. The stage
 * is the box of the canvas's parent; a canvas that is larger shows more of what lies to the right of it and below.
 */
export interface Stage {
  /**
   * Shows a character. The one before stays until the new one is ready, or for good when it fails.
   *
   * @throws {StageError} saying what is missing
   */
  load(character: Avatar, options?: LoadOptions): Promise<Loaded>;
  /** Moves the mouth with the text of a turn as it grows; null when no more will come. */
  speak(turn: string, text: string | null): void;
  /** Moves the mouth with what is said aloud, which comes before text; null when nothing is. */
  lipSync(source: MouthPoseSource | null): void;
  /** Shows a feeling, by any common word for it, from 0 to 1; it fades by itself. Unknown words change nothing. */
  feel(word: string, intensity?: number): void;
  /** Takes a thinking pose, until told otherwise. */
  think(on: boolean): void;
  /** Puts one of the model's own expressions on, until it is taken off. */
  setExpression(name: string, on: boolean): void;
  /** Plays one of the model's motions. */
  play(group: string, index: number): Promise<void>;
  repertoire(): Repertoire;
  /** A small picture of what is on the stage, as a data URL; empty where there is none. */
  picture(): string;
  /** A small square picture of its head, as a data URL; empty where there is none. */
  portrait(): string;
  /**
   * The same of a character that is not shown. It is drawn here all the same: models of two canvases would take each
   * other's shaders, which the framework keeps once for the page.
   *
   * @throws {StageError} saying what is missing
   */
  portraitOf(character: Avatar, signal: AbortSignal): Promise<string>;
  /** Moves and sizes the character; this is remembered for it. */
  setView(view: View): void;
  /** Keeps to breath, blinks and gaze, for those who ask for reduced motion. */
  setCalm(calm: boolean): void;
  /** Changes what drawing may cost; what is left out is as usual. */
  setLimits(limits?: Partial<Limits>): void;
  /** Frees everything. The canvas cannot be used for another stage afterwards. */
  dispose(): void;
}

/**
 * Sets up a stage on a canvas.
 *
 * @throws {StageError} where the browser cannot draw it
 */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions = {}): Stage {
  return new PixiStage(canvas, options);
}

/** The longer edge of a small picture, in pixels. */
const PICTURE = 240;

/** Device pixels for each CSS pixel below which a figure cannot be made out well. */
const LEAST_RATIO = 0.5;

/** Where the character looks while thinking: up, and to the side. */
const THINKING_GAZE = { x: -0.45, y: 0.55 };

class PixiStage implements Stage {
  readonly #canvas: HTMLCanvasElement;
  readonly #options: StageOptions;
  readonly #renderer: Renderer;
  readonly #end = new AbortController();
  #loading: AbortController | null = null;
  #actor: Actor | null = null;
  #shown: Avatar | null = null;
  /** The character on its way to the stage, or the one that is there. */
  #wanted: Avatar | null = null;
  #view = HOME;
  #calm = false;
  #limits: Limits;
  /** The longest edge that was asked for of the textures that are shown; undefined for the originals. */
  #textureSize: number | undefined;
  readonly #governor = new Governor();
  /** By the address of the avatar: who comes back is not drawn again. */
  readonly #pictures = new Map<string, FacePictures>();
  readonly #resizeAgain: () => void;

  constructor(canvas: HTMLCanvasElement, options: StageOptions) {
    this.#canvas = canvas;
    this.#options = options;
    this.#limits = { ...USUAL_LIMITS, ...options };
    this.#renderer = createRenderer(canvas);
    const { signal } = this.#end;
    signal.addEventListener("abort", () => this.#takeDown(), { once: true });
    options.signal?.addEventListener("abort", () => this.dispose(), { once: true, signal });
    const resized = (width: number, height: number) => this.#resize(width, height);
    this.#resizeAgain = watchSize(canvas, () => this.#pixelRatio(), resized, signal);
    startLoop({
      maxFps: () => Math.min(this.#limits.maxFps, this.#governor.quality.maxFps),
      onDisplay: (now, asked) => {
        if (this.#governor.frame(now, asked, this.#actor !== null)) this.#resizeAgain();
      },
      draw: (milliseconds) => this.#draw(milliseconds / 1000),
      onPause: () => this.#governor.restart(),
    }, signal);
    globalThis.addEventListener("pointermove", (event) => this.#look(event), { passive: true, signal });
    canvas.addEventListener("webglcontextlost", () => {
      const recovery = this.#recover();
      // Whoever does not ask for it shall not be troubled by it.
      recovery.catch(() => {});
      options.onLost?.(recovery);
    }, { signal });
    handle(canvas, {
      tap: (x, y) => {
        const place = this.#toStage(x, y);
        if (this.#actor?.tap(place.x, place.y)) options.onTap?.();
      },
      move: (dx, dy) => {
        const stage = boxOf(canvas);
        const { x, y, zoom } = this.#view;
        this.#show({ x: x + dx / stage.width, y: y + dy / stage.height, zoom });
      },
      zoom: (factor, x, y) => {
        const place = this.#toStage(x, y);
        const stage = this.#size();
        this.#show(zoomAt(this.#view, factor, place.x / stage.width, place.y / stage.height));
      },
      doubleTap: () => {
        if (!isHome(this.#view)) this.setView(HOME);
      },
      settled: () => this.#rememberView(),
    }, signal);
    onOtherScreen(() => {
      if (this.#shown !== null) this.#show(recallView(this.#shown.name));
    }, signal);
  }

  async load(character: Avatar, options: LoadOptions = {}): Promise<Loaded> {
    this.#loading?.abort(new DOMException("Another model has been chosen", "AbortError"));
    const loading = this.#loading = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, loading.signal, ...options.signal ? [options.signal] : []]);
    const { gl } = this.#renderer;
    this.#wanted = character;
    const textureSize = this.#neededSize(recallView(character.name));
    try {
      const model = await loadModel(character.entry, {
        signal,
        onProgress: options.onProgress ?? (() => {}),
        largestTexture: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
        textureSize,
      });
      const { timeScale = 1, emotions = {} } = character;
      this.#enter(character, await Actor.create(model, { timeScale, emotions }, this.#renderer), signal);
      this.#textureSize = textureSize;
      return { shrunk: model.shrunk };
    } catch (error) {
      if (this.#wanted === character) this.#wanted = this.#shown;
      throw error;
    }
  }

  speak(turn: string, text: string | null): void {
    this.#actor?.speak(turn, text);
  }

  lipSync(source: MouthPoseSource | null): void {
    this.#actor?.lipSync(source);
  }

  feel(word: string, intensity = 1): void {
    const emotion = emotionOf(word);
    if (emotion === null || this.#actor === null) return;
    const face = emotion === "neutral" ? null : this.#actor.faces.get(emotion);
    if (face !== undefined) this.#actor.face.feel(face, intensity);
  }

  think(on: boolean): void {
    if (this.#actor === null) return;
    this.#actor.gaze.home = on ? THINKING_GAZE : null;
    if (on) this.feel("thinking");
  }

  setExpression(name: string, on: boolean): void {
    const expression = this.#actor?.expressions.find((candidate) => candidate.name === name);
    if (expression !== undefined) this.#actor?.face.keep(expression, on);
  }

  async play(group: string, index: number): Promise<void> {
    await this.#actor?.play(group, index);
  }

  repertoire(): Repertoire {
    const { entry } = this.#shown ?? { entry: "" };
    return this.#actor === null ? NOTHING : repertoireOf(this.#actor, () => this.#facePictures(entry));
  }

  picture(): string {
    const { width, height } = this.#size();
    if (this.#actor === null || width === 0 || height === 0) return "";
    // What was drawn before this task is gone from the canvas by now.
    this.#draw(0);
    const small = document.createElement("canvas");
    small.width = Math.round(PICTURE * Math.min(1, width / height));
    small.height = Math.round(PICTURE * Math.min(1, height / width));
    small.getContext("2d")?.drawImage(this.#canvas, 0, 0, width, height, 0, 0, small.width, small.height);
    return small.toDataURL();
  }

  portrait(): string {
    return this.#actor?.portrait(this.#renderer) ?? "";
  }

  async portraitOf(character: Avatar, signal: AbortSignal): Promise<string> {
    const end = AbortSignal.any([this.#end.signal, signal]);
    const { gl } = this.#renderer;
    const model = await loadModel(character.entry, {
      signal: end,
      onProgress() {},
      largestTexture: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
      textureSize: textureSizeFor(0),
    });
    const actor = await Actor.create(model, { timeScale: 1, emotions: {} }, this.#renderer);
    try {
      end.throwIfAborted();
      return actor.portrait(this.#renderer);
    } finally {
      actor.destroy();
    }
  }

  setView(view: View): void {
    this.#show(view);
    this.#rememberView();
  }

  setCalm(calm: boolean): void {
    this.#calm = calm;
    if (this.#actor !== null) this.#actor.calm = calm;
  }

  setLimits(limits: Partial<Limits> = {}): void {
    this.#limits = { ...USUAL_LIMITS, ...limits };
    this.#resizeAgain();
  }

  dispose(): void {
    this.#end.abort(new DOMException("The stage has been taken down", "AbortError"));
  }

  #takeDown(): void {
    this.#actor?.destroy();
    this.#actor = null;
    this.#renderer.destroy();
  }

  #enter(character: Avatar, actor: Actor, signal: AbortSignal): void {
    if (signal.aborted) {
      actor.destroy();
      signal.throwIfAborted();
    }
    this.#actor?.destroy();
    this.#actor = actor;
    this.#shown = character;
    // Loading has cost frames that drawing does not.
    this.#governor.restart();
    actor.calm = this.#calm;
    this.#show(recallView(character.name));
    this.#draw(0);
  }

  #resize(width: number, height: number): void {
    this.#renderer.resize(width, height);
    this.#place();
    // A resized canvas is blank until it is drawn again.
    this.#draw(0);
  }

  #draw(seconds: number): void {
    const { width, height } = this.#canvas;
    if (this.#actor === null || this.#shown === null || width === 0 || height === 0) return;
    try {
      this.#actor.draw(this.#renderer, seconds);
    } catch (cause) {
      // What fails in one frame fails in the next: better no model than sixty errors a second.
      this.#actor = null;
      const failure = new StageError({ code: "undrawable", name: this.#shown.name }, { cause });
      this.#options.onLost?.(Promise.reject(failure));
    }
  }

  #show(view: View): void {
    this.#view = limitView(view);
    this.#place();
    this.#options.onView?.(this.#view);
  }

  #place(): void {
    const stage = this.#size();
    if (this.#actor === null || stage.width === 0 || stage.height === 0) return;
    this.#actor.place(fit(stage, this.#actor.figure, this.#view));
  }

  /** Device pixels for each CSS pixel at most. */
  #pixelRatio(): number {
    const wanted = this.#limits.maxPixelRatio;
    const governed = Math.min(devicePixelRatio, wanted) * this.#governor.quality.scale;
    return Math.min(wanted, Math.max(LEAST_RATIO, governed));
  }

  #facePictures(entry: string): ReadonlyMap<string, string> {
    let pictures = this.#pictures.get(entry);
    if (pictures === undefined) {
      const names = this.#actor?.expressions.map(({ name }) => name) ?? [];
      pictures = new FacePictures(names, (name) => {
        const actor = this.#shown?.entry === entry ? this.#actor : null;
        const expression = actor?.expressions.find((one) => one.name === name) ?? null;
        return actor?.portrait(this.#renderer, expression) ?? "";
      });
      this.#pictures.set(entry, pictures);
    }
    return pictures.read();
  }

  /** Pixels of the canvas that lie within the stage. */
  #size(): Size {
    const { width, height, clientWidth, clientHeight } = this.#canvas;
    const stage = boxOf(this.#canvas);
    return {
      width: width * stage.width / Math.max(1, clientWidth),
      height: height * stage.height / Math.max(1, clientHeight),
    };
  }

  #rememberView(): void {
    if (this.#shown !== null) rememberView(this.#shown.name, this.#view);
    void this.#refine();
  }

  /** The edge that textures need for a view; for the screen's pixels, and not for those that a slow machine draws. */
  #neededSize({ zoom }: View): number | undefined {
    const { width, height } = boxOf(this.#canvas);
    const ratio = Math.min(devicePixelRatio, this.#limits.maxPixelRatio);
    return textureSizeFor(expectedHeight({ width: width * ratio, height: height * ratio }, zoom));
  }

  /** Fetches finer textures for a figure that has come closer. Coarser ones would save nothing any more. */
  async #refine(): Promise<void> {
    const actor = this.#actor;
    const size = this.#neededSize(this.#view);
    if (actor === null || (size ?? Infinity) <= (this.#textureSize ?? Infinity)) return;
    const before = this.#textureSize;
    this.#textureSize = size;
    const { gl } = this.#renderer;
    const largestTexture = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    const { signal } = this.#end;
    try {
      const textures = await loadTextures(actor.settings, {
        signal,
        onProgress() {},
        largestTexture,
        textureSize: size,
      });
      if (this.#actor === actor) actor.wear(textures);
      else for (const texture of textures) texture.destroy(true);
    } catch {
      // The figure stays as it was, and is tried again when it is moved the next time.
      if (this.#actor === actor) this.#textureSize = before;
    }
  }

  /** Puts everything back on the graphics card, once there is one again. */
  async #recover(): Promise<void> {
    // What it drew with is gone, and so cannot be drawn until then.
    this.#actor?.destroy();
    this.#actor = null;
    await restored(this.#canvas, this.#end.signal);
    if (this.#wanted !== null) await this.load(this.#wanted);
  }

  /** Pixels of the canvas for a place on the page. */
  #toStage(clientX: number, clientY: number): { x: number; y: number; ratio: number } {
    const box = this.#canvas.getBoundingClientRect();
    const ratio = this.#canvas.width / Math.max(1, box.width);
    return { x: (clientX - box.left) * ratio, y: (clientY - box.top) * ratio, ratio };
  }

  #look(event: PointerEvent): void {
    if (this.#actor === null) return;
    const { x, y, ratio } = this.#toStage(event.clientX, event.clientY);
    const { eyes } = this.#actor;
    const reach = Math.max(innerWidth, innerHeight) * ratio / 2;
    this.#actor.gaze.lookAt(directionTo(x - eyes.x, y - eyes.y, reach));
  }
}

/** The stage of a canvas, in CSS pixels. */
function boxOf(canvas: HTMLCanvasElement): Size {
  const { clientWidth: width, clientHeight: height } = canvas.parentElement ?? canvas;
  return { width, height };
}

/** Seconds that a browser takes at most to give a lost graphics card back. */
const PATIENCE = 10;

function restored(canvas: HTMLCanvasElement, end: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const over = new AbortController();
  const signal = AbortSignal.any([end, over.signal]);
  canvas.addEventListener("webglcontextrestored", () => resolve(), { once: true, signal });
  const timer = setTimeout(() => {
    reject(new StageError({ code: "webgl_lost" }));
  }, PATIENCE * 1000);
  end.addEventListener("abort", () => reject(end.reason), { once: true, signal: over.signal });
  return promise.finally(() => {
    clearTimeout(timer);
    over.abort();
  });
}

function createRenderer(view: HTMLCanvasElement): Renderer {
  try {
    return new Renderer({ view, width: 1, height: 1, antialias: true, backgroundAlpha: 0, hello: false });
  } catch (cause) {
    throw new StageError({ code: "no_webgl" }, { cause });
  }
}
