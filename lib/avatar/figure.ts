import { Matrix, type Renderer, RenderTexture } from "@pixi/core";
import type { Live2DModel } from "pixi-live2d-display/cubism4";
import type { Rect } from "./fit.ts";

/** Edge of the probe, in pixels. */
const PROBE = 192;
/** How much of the surroundings of a model's canvas is looked at, as models reach beyond it. */
const MARGIN = 0.5;
/** Less than this is a shadow or a glow and not the figure. */
const OPAQUE = 128;

/** Share of the figure that may lie beyond its edges: a raised wand, a floating light, the end of a scarf. */
const BEYOND = { sides: 0.02, ends: 0.002 };

/**
 * The place of a figure in a picture, in its pixels: as high as the figure is, and as wide on both sides of the middle
 * of its mass; null when the picture is empty.
 */
export function figureIn(pixels: Uint8Array, width: number, height: number): Rect | null {
  const columns = new Array<number>(width).fill(0);
  const rows = new Array<number>(height).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((pixels[(y * width + x) * 4 + 3] ?? 0) < OPAQUE) continue;
      columns[x] = (columns[x] ?? 0) + 1;
      rows[y] = (rows[y] ?? 0) + 1;
    }
  }
  const mass = rows.reduce((sum, row) => sum + row, 0);
  if (mass === 0) return null;
  const middle = quantile(columns, mass * 0.5) + 0.5;
  const left = quantile(columns, mass * BEYOND.sides);
  const right = quantile(columns, mass * (1 - BEYOND.sides)) + 1;
  const top = quantile(rows, mass * BEYOND.ends);
  const bottom = quantile(rows, mass * (1 - BEYOND.ends)) + 1;
  const half = Math.max(middle - left, right - middle);
  return { x: middle - half, y: top, width: 2 * half, height: bottom - top };
}

/** First place at which the running sum of counts passes an amount. */
function quantile(counts: readonly number[], amount: number): number {
  let sum = 0;
  const place = counts.findIndex((count) => (sum += count) > amount);
  return place < 0 ? counts.length - 1 : place;
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
  const seen = figureIn(pixels, PROBE, PROBE);
  if (seen === null) return { x: 0, y: 0, width, height };
  return {
    x: seen.x / scale - width * MARGIN,
    y: seen.y / scale - height * MARGIN,
    width: seen.width / scale,
    height: seen.height / scale,
  };
}
