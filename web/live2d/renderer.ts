/** The graphics card, as Pixi draws with it. */
import { Renderer } from "@pixi/core";
import "@pixi/unsafe-eval";
import { StageError } from "./errors.ts";

/** Seconds that a browser takes at most to give a lost graphics card back. */
const PATIENCE = 10;

/** Resolves once a canvas has its graphics card again. Rejects when that takes too long. */
export function restored(canvas: HTMLCanvasElement, end: AbortSignal): Promise<void> {
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

/** @throws {StageError} where the browser has no WebGL */
export function createRenderer(view: HTMLCanvasElement): Renderer {
  try {
    // Smoothing edges costs half of a drawing in software, for edges that the textures of a figure make soft already.
    return new Renderer({ view, width: 1, height: 1, antialias: false, backgroundAlpha: 0, hello: false });
  } catch (cause) {
    throw new StageError({ code: "no_webgl" }, { cause });
  }
}

/** The longest edge of a texture that the graphics card takes, in pixels. */
export function largestTexture({ gl }: Renderer): number {
  return gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
}
