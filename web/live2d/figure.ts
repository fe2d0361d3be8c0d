import { Matrix, type Renderer, RenderTexture } from "@pixi/core";
import type { Live2DModel } from "pixi-live2d-display/cubism4";
import type { Rect } from "./fit.ts";
import { figureIn } from "./silhouette.ts";

/** Edge of the probe, in pixels. */
const PROBE = 192;
/** How much of the surroundings of a model's canvas is looked at, as models reach beyond it. */
const MARGIN = 0.5;
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
  const seen = figureIn(pixels, PROBE, PROBE);
  if (seen === null) return { x: 0, y: 0, width, height };
  return {
    x: seen.x / scale - width * MARGIN,
    y: seen.y / scale - height * MARGIN,
    width: seen.width / scale,
    height: seen.height / scale,
  };
}
