import type { Rect } from "./fit.ts";

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
  const middle = quantile(columns, mass * 0.5);
  const left = Math.floor(quantile(columns, mass * BEYOND.sides));
  const right = Math.ceil(quantile(columns, mass * (1 - BEYOND.sides)));
  const top = Math.floor(quantile(rows, mass * BEYOND.ends));
  const bottom = Math.ceil(quantile(rows, mass * (1 - BEYOND.ends)));
  const half = Math.max(middle - left, right - middle);
  return { x: middle - half, y: top, width: 2 * half, height: bottom - top };
}

/** The place before which an amount of the counts lies, between two counts where it falls there. */
function quantile(counts: readonly number[], amount: number): number {
  let before = 0;
  for (const [place, count] of counts.entries()) {
    if (before + count >= amount) return place + (amount - before) / count;
    before += count;
  }
  return counts.length;
}
