import { Renderer } from "@pixi/core";
import "@pixi/unsafe-eval";
import { Actor } from "./actor.ts";
import type { Avatar, Repertoire } from "@/web/presence/avatar.ts";
import type { Progress } from "./downloads.ts";
import { StageError } from "./errors.ts";
import { fit, HOME, type View, zoomAt } from "./fit.ts";
import { directionTo } from "./gaze.ts";
import { handle } from "./handling.ts";
import { loadModel } from "./loader.ts";
import { startLoop } from "./loop.ts";
import { watchSize } from "./size.ts";
import { limitView, recallView, rememberView } from "./view_memory.ts";
import { emotionOf, EMOTIONS } from "@/lib/protocol/emotions.ts";

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

/** A canvas with a Live2D character that lives on it. Everything but `load` does nothing while there is none. */
export interface Stage {
  /**
   * Shows a character. The one before stays until the new one is ready, or for good when it fails.
   *
   * @throws {StageError} saying what is missing
   */
  load(character: Avatar, options?: LoadOptions): Promise<Loaded>;
  /** Moves the mouth with the text of a turn as it grows; null when no more will come. */
  speak(turn: string, text: string | null): void;
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
    this.#resizeAgain = watchSize(canvas, () => this.#limits.maxPixelRatio, resized, signal);
    startLoop(() => this.#limits.maxFps, (milliseconds) => this.#draw(milliseconds / 1000), signal);
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
        const { clientWidth, clientHeight } = canvas;
        const { x, y, zoom } = this.#view;
        this.#show({ x: x + dx / clientWidth, y: y + dy / clientHeight, zoom });
      },
      zoom: (factor, x, y) => {
        const place = this.#toStage(x, y);
        this.#show(zoomAt(this.#view, factor, place.x / canvas.width, place.y / canvas.height));
      },
      settled: () => this.#rememberView(),
    }, signal);
  }

  async load(character: Avatar, options: LoadOptions = {}): Promise<Loaded> {
    this.#loading?.abort(new DOMException("Another model has been chosen", "AbortError"));
    const loading = this.#loading = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, loading.signal, ...options.signal ? [options.signal] : []]);
    const { gl } = this.#renderer;
    this.#wanted = character;
    try {
      const model = await loadModel(character.entry, {
        signal,
        onProgress: options.onProgress ?? (() => {}),
        largestTexture: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
      });
      const { timeScale = 1, emotions = {} } = character;
      this.#enter(character, await Actor.create(model, { timeScale, emotions }, this.#renderer), signal);
      return { shrunk: model.shrunk };
    } catch (error) {
      if (this.#wanted === character) this.#wanted = this.#shown;
      throw error;
    }
  }

  speak(turn: string, text: string | null): void {
    if (this.#actor === null) return;
    this.#actor.mouth.setText(turn, text);
    this.#actor.face.speaking = text !== null;
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
    const actor = this.#actor;
    if (actor === null) return { emotions: [], expressions: [], motions: [], hotkeys: [], faces: new Map() };
    return {
      emotions: EMOTIONS.filter((emotion) => actor.faces.has(emotion)),
      expressions: actor.expressions.map((expression) => expression.name),
      motions: [...actor.motions].map(([group, names]) => ({ group, names })),
      hotkeys: actor.hotkeys,
      ...(actor.icon !== null && { icon: actor.icon }),
      faces: new Map(
        [...actor.faces].filter(([, face]) => actor.expressions.includes(face)).map((
          [emotion, { name }],
        ) => [emotion, name]),
      ),
    };
  }

  picture(): string {
    const { width, height } = this.#canvas;
    if (this.#actor === null || width === 0 || height === 0) return "";
    // What was drawn before this task is gone from the canvas by now.
    this.#draw(0);
    const small = document.createElement("canvas");
    small.width = Math.round(PICTURE * Math.min(1, width / height));
    small.height = Math.round(PICTURE * Math.min(1, height / width));
    small.getContext("2d")?.drawImage(this.#canvas, 0, 0, small.width, small.height);
    return small.toDataURL();
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
    const { width, height } = this.#canvas;
    if (this.#actor === null || width === 0 || height === 0) return;
    this.#actor.place(fit({ width, height }, this.#actor.figure, this.#view));
  }

  #rememberView(): void {
    if (this.#shown !== null) rememberView(this.#shown.name, this.#view);
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
