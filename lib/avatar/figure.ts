import { Matrix, type Renderer, RenderTexture } from "@pixi/core";
import type { Live2DModel } from "pixi-live2d-display/cubism4";
import type { Rect } from "./fit.ts";

/** Edge of the probe, in pixels. */
const PROBE = 192;
/** How much of the surroundings of a model's canvas is looked at, as models reach beyond it. */
const MARGIN = 0.5;
/** Less than this is a shadow or a glow and not the figure. */
const OPAQUE = 60;

/** Where the pixels of a picture are opaque, in its pixels; null when nowhere. */
export function opaqueRect(pixels: Uint8Array, width: number, height: number): Rect | null {
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((pixels[(y * width + x) * 4 + 3] ?? 0) < OPAQUE) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Finds out what is visible of a model by drawing it small, which is right for any model: hidden parts, masks and
 * empty corners of textures count for nothing.
 *
 * @returns The figure in the model's own units
 */
export function measureFigure(renderer: Renderer, model: Live2DModel): Rect {
  const { originalWidth: width, originalHeight: height } = model.internalModel;
  const scale = PROBE / (Math.max(width, height) * (1 + 2 * MARGIN));
  const probe = RenderTexture.create({ width: PROBE, height: PROBE });
  const pixels = new Uint8Array(PROBE * PROBE * 4);
  try {
    const transform = new Matrix(scale, 0, 0, scale, width * MARGIN * scale, height * MARGIN * scale);
    renderer.render(model, { renderTexture: probe, transform, clear: true });
    renderer.renderTexture.bind(probe);
    renderer.gl.readPixels(0, 0, PROBE, PROBE, renderer.gl.RGBA, renderer.gl.UNSIGNED_BYTE, pixels);
  } finally {
    renderer.renderTexture.bind();
    probe.destroy(true);
  }
  const seen = opaqueRect(pixels, PROBE, PROBE);
  if (seen === null) return { x: 0, y: 0, width, height };
  return {
    x: seen.x / scale - width * MARGIN,
    y: seen.y / scale - height * MARGIN,
    width: seen.width / scale,
    height: seen.height / scale,
  };
}
