import { Renderer } from "@pixi/core";
import "@pixi/unsafe-eval";
import { Actor } from "./actor.ts";
import type { Progress } from "./downloads.ts";
import { StageError } from "./errors.ts";
import { fit, HOME } from "./fit.ts";
import { directionTo } from "./gaze.ts";
import { loadModel } from "./loader.ts";
import { startLoop } from "./loop.ts";
import { watchSize } from "./size.ts";

export interface StageOptions {
  /** How fast the models' own time runs: 1 is real time. */
  timeScale?: number;
  /** Frames a second at most. */
  maxFps?: number;
  /** Device pixels for each CSS pixel at most. */
  maxPixelRatio?: number;
  /** Takes the stage down, as {@linkcode Stage.dispose} does. */
  signal?: AbortSignal;
}

export interface LoadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** A canvas with a Live2D model that lives on it. */
export interface Stage {
  /**
   * Shows a model. The one before it stays until the new one is ready, or for good when it fails.
   *
   * @param entry Address of the model's entry file
   * @throws {StageError} saying what is missing
   */
  load(entry: string, options?: LoadOptions): Promise<void>;
  /** Moves the mouth with a voice, from 0 to 1; null gives it back to the text. */
  setMouth(open: number | null): void;
  /** Moves the mouth with the text of a turn as it grows; null text stops it at once. */
  speak(turn: string, text: string | null): void;
  /** Keeps to breath, blinks and gaze, for those who ask for reduced motion. */
  setCalm(calm: boolean): void;
  /** Frees everything. The canvas cannot be used for another stage afterwards. */
  dispose(): void;
}

/**
 * Sets up a stage on a canvas.
 *
 * @throws {StageError} with code `webgl` where the browser cannot draw it
 */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions = {}): Stage {
  return new PixiStage(canvas, options);
}

class PixiStage implements Stage {
  readonly #canvas: HTMLCanvasElement;
  readonly #timeScale: number;
  readonly #end = new AbortController();
  readonly #renderer: Renderer;
  #loading: AbortController | null = null;
  #actor: Actor | null = null;
  #calm = false;

  constructor(canvas: HTMLCanvasElement, options: StageOptions) {
    this.#canvas = canvas;
    this.#timeScale = options.timeScale ?? 1;
    this.#renderer = createRenderer(canvas);
    const { signal } = this.#end;
    signal.addEventListener("abort", () => this.#takeDown(), { once: true });
    options.signal?.addEventListener("abort", () => this.dispose(), { once: true, signal });
    watchSize(canvas, options.maxPixelRatio ?? 3, (width, height) => {
      this.#renderer.resize(width, height);
      this.#place();
      // A resized canvas is blank until it is drawn again.
      this.#draw(0);
    }, signal);
    startLoop(options.maxFps ?? 60, (milliseconds) => this.#draw(milliseconds), signal);
    globalThis.addEventListener("pointermove", (event) => this.#look(event), { passive: true, signal });
    canvas.addEventListener("click", (event) => this.#tap(event), { signal });
  }

  async load(entry: string, options: LoadOptions = {}): Promise<void> {
    this.#loading?.abort(new DOMException("Another model has been chosen", "AbortError"));
    const loading = this.#loading = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, loading.signal, ...options.signal ? [options.signal] : []]);
    const { gl } = this.#renderer;
    const model = await loadModel(entry, {
      signal,
      onProgress: options.onProgress ?? (() => {}),
      largestTexture: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
    });
    const actor = await Actor.create(model, this.#renderer);
    if (signal.aborted) {
      actor.destroy();
      signal.throwIfAborted();
    }
    this.#actor?.destroy();
    this.#actor = actor;
    actor.calm = this.#calm;
    this.#place();
    this.#draw(0);
  }

  setMouth(open: number | null): void {
    this.#actor?.mouth.setVoice(open);
  }

  speak(turn: string, text: string | null): void {
    this.#actor?.mouth.setText(turn, text);
  }

  setCalm(calm: boolean): void {
    this.#calm = calm;
    if (this.#actor !== null) this.#actor.calm = calm;
  }

  dispose(): void {
    this.#end.abort(new DOMException("The stage has been taken down", "AbortError"));
  }

  #takeDown(): void {
    this.#actor?.destroy();
    this.#actor = null;
    this.#renderer.destroy();
  }

  #draw(milliseconds: number): void {
    const { width, height } = this.#canvas;
    if (this.#actor === null || width === 0 || height === 0) return;
    const real = milliseconds / 1000;
    this.#actor.advance({ real, scaled: real * this.#timeScale });
    this.#actor.draw(this.#renderer);
  }

  #place(): void {
    const { width, height } = this.#canvas;
    if (this.#actor === null || width === 0 || height === 0) return;
    this.#actor.place(fit({ width, height }, this.#actor.figure, HOME));
  }

  /** Pixels of the canvas for a place on the page. */
  #toStage(event: MouseEvent): { x: number; y: number; ratio: number } {
    const box = this.#canvas.getBoundingClientRect();
    const ratio = this.#canvas.width / Math.max(1, box.width);
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio, ratio };
  }

  #look(event: PointerEvent): void {
    if (this.#actor === null) return;
    const { x, y, ratio } = this.#toStage(event);
    const { face } = this.#actor;
    const reach = Math.max(innerWidth, innerHeight) * ratio / 2;
    this.#actor.gaze.lookAt(directionTo(x - face.x, y - face.y, reach));
  }

  #tap(event: MouseEvent): void {
    const { x, y } = this.#toStage(event);
    this.#actor?.tap(x, y);
  }
}

function createRenderer(view: HTMLCanvasElement): Renderer {
  try {
    return new Renderer({ view, width: 1, height: 1, antialias: true, backgroundAlpha: 0, hello: false });
  } catch (cause) {
    throw new StageError(
      "webgl",
      "This browser cannot draw the avatar: WebGL is not available",
      "Turn on hardware acceleration in the browser's settings, or try another browser.",
      { cause },
    );
  }
}
