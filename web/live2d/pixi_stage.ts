/** The stage, drawn by Pixi. */
import type { Renderer } from "@pixi/core";
import { Actor } from "./actor.ts";
import type { Avatar, Repertoire } from "@/web/presence/avatar.ts";
import type { MouthPoseSource } from "@/web/presence/presence.ts";
import { StageError } from "./errors.ts";
import { Governor } from "./governor.ts";
import { expectedHeight, fit, HOME, isHome, type Size, type View, zoomAt } from "./fit.ts";
import { directionTo } from "./gaze.ts";
import { handle } from "./handling.ts";
import { loadModel, loadTextures } from "./loader.ts";
import { startLoop } from "./loop.ts";
import { Portraits, snapshot } from "./portraits.ts";
import { createRenderer, largestTexture, restored } from "./renderer.ts";
import type { Limits, Loaded, LoadOptions, Stage, StageOptions } from "./stage.ts";
import { watchSize } from "./size.ts";
import { NOTHING, repertoireOf } from "./repertoire.ts";
import { textureSizeFor } from "./textures.ts";
import { limitView, onOtherScreen, recallView, rememberView } from "./view_memory.ts";
import { emotionOf } from "@/lib/protocol/emotions.ts";

const USUAL_LIMITS: Limits = { maxFps: 60, maxPixelRatio: 2 };

/**
 * Sets up a stage on a canvas.
 *
 * @throws {StageError} where the browser cannot draw it
 */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions = {}): Stage {
  return new PixiStage(canvas, options);
}

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
  readonly #portraits: Portraits;
  readonly #resizeAgain: () => void;

  constructor(canvas: HTMLCanvasElement, options: StageOptions) {
    this.#canvas = canvas;
    this.#options = options;
    this.#limits = { ...USUAL_LIMITS, ...options };
    this.#renderer = createRenderer(canvas);
    this.#portraits = new Portraits(this.#renderer, () => options.onFacePicture?.());
    const { signal } = this.#end;
    signal.addEventListener("abort", () => this.#takeDown(), { once: true });
    options.signal?.addEventListener("abort", () => this.dispose(), { once: true, signal });
    const resized = (width: number, height: number) => this.#resize(width, height);
    this.#resizeAgain = watchSize(canvas, () => this.#pixelRatio(), resized, signal);
    startLoop({
      maxFps: () => Math.min(this.#limits.maxFps, this.#governor.quality.maxFps),
      onDisplay: (now, asked) => {
        if (!this.#governor.frame(now, asked, this.#actor !== null)) return;
        this.#place();
        this.#resizeAgain();
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
    this.#wanted = character;
    const textureSize = this.#neededSize(recallView(character.name));
    try {
      const model = await loadModel(character.entry, {
        signal,
        onProgress: options.onProgress ?? (() => {}),
        largestTexture: largestTexture(this.#renderer),
        textureSize,
      });
      const { timeScale = 1, emotions = {} } = character;
      this.#enter(character, await Actor.create(model, { timeScale, emotions }, this.#renderer), signal);
      this.#textureSize = textureSize;
      // The stage may have grown meanwhile.
      void this.#refine();
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
    const actor = this.#actor;
    if (actor === null) return NOTHING;
    const shown = () => this.#shown?.entry === entry ? this.#actor : null;
    return repertoireOf(actor, () => this.#portraits.faces(entry, actor, shown));
  }

  picture(): string {
    const size = this.#size();
    if (this.#actor === null || size.width === 0 || size.height === 0) return "";
    // What was drawn before this task is gone from the canvas by now.
    this.#draw(0);
    return snapshot(this.#canvas, size);
  }

  portrait(): string {
    return this.#actor?.portrait(this.#renderer) ?? "";
  }

  portraitOf(character: Avatar, signal: AbortSignal): Promise<string> {
    return this.#portraits.of(character, AbortSignal.any([this.#end.signal, signal]));
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
    // What was fetched for a stage that gave way, while one writes, is too coarse for all of it.
    void this.#refine();
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
    this.#actor.place(fit(stage, this.#actor.figure, this.#view), this.#governor.quality.maskSize);
  }

  /** Device pixels for each CSS pixel at most. */
  #pixelRatio(): number {
    const wanted = this.#limits.maxPixelRatio;
    const governed = Math.min(devicePixelRatio, wanted) * this.#governor.quality.scale;
    return Math.min(wanted, Math.max(LEAST_RATIO, governed));
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
    const { signal } = this.#end;
    try {
      const textures = await loadTextures(actor.settings, {
        signal,
        onProgress() {},
        largestTexture: largestTexture(this.#renderer),
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
