import { clamp } from "./easing.ts";

/** A rectangle, in whatever units its owner uses, y downwards. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** How the person has moved the model: shares of the stage, and a factor on its size. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

export const HOME: View = { x: 0, y: 0, zoom: 1 };

/** Whether the person has left the model as it comes. */
export function isHome({ x, y, zoom }: View): boolean {
  return x === HOME.x && y === HOME.y && zoom === HOME.zoom;
}

/** Where a model is drawn: stage position = model position × scale + (x, y). */
export interface Placement {
  scale: number;
  x: number;
  y: number;
}

/** Air above the head, and below the feet where they show, as shares of the stage. */
const ABOVE = 0.05;
const BELOW = 0.02;
/** A stage this tall for its width shows the whole figure; a wider one comes closer. */
const FULL_FIGURE = 0.55;
/** Never closer than this: the face, the shoulders and the hands of someone at a table. */
const CLOSEST = 2.2;

/** The place about which a view is zoomed, as shares of the stage. */
const PIVOT = { x: 0.5, y: 0.4 };

/**
 * Places a figure on a stage: whole where the stage is tall, closer to the upper body the wider it is.
 *
 * @param stage Size of the stage, in pixels
 * @param figure What is visible of the model, in the model's own units
 * @param view What the person has changed
 */
export function fit(stage: Size, figure: Rect, view: View = HOME): Placement {
  const whole = Math.min(
    stage.height * (1 - ABOVE - BELOW) / figure.height,
    stage.width * 0.94 / figure.width,
  );
  // A figure that is all upper body already has less to come closer to.
  const tallness = clamp(figure.height / figure.width / 1.15, 1, CLOSEST);
  const closer = clamp(stage.width / stage.height / FULL_FIGURE, 1, tallness);
  // Coming closer never cuts the figure at the sides.
  const scale = Math.max(whole, Math.min(whole * closer, stage.width * 0.94 / figure.width)) * view.zoom;
  const spare = stage.height * (1 - ABOVE - BELOW) - figure.height * scale / view.zoom;
  // A whole figure stands on the ground; a closer one hangs from the upper edge.
  const top = stage.height * ABOVE + Math.max(0, spare);
  const middle = { x: figure.x + figure.width / 2, y: figure.y };
  const pivot = { x: stage.width * PIVOT.x, y: stage.height * PIVOT.y };
  return {
    scale,
    x: pivot.x + view.x * stage.width - middle.x * scale,
    y: pivot.y + (top - pivot.y) * view.zoom + view.y * stage.height - middle.y * scale,
  };
}

/**
 * The height of a slender figure on a stage, in pixels, before anything is known of it: as much as any figure has.
 *
 * @param zoom as in a view
 */
export function expectedHeight(stage: Size, zoom: number): number {
  return stage.height * (1 - ABOVE - BELOW) * clamp(stage.width / stage.height / FULL_FIGURE, 1, CLOSEST) * zoom;
}

/**
 * Zooms by a factor about a place on the stage, which stays where it is.
 *
 * @param x Share of the stage's width
 * @param y Share of the stage's height
 */
export function zoomAt(view: View, factor: number, x: number, y: number): View {
  const stay = (shift: number, place: number) => place - factor * (place - shift);
  return { x: stay(view.x, x - PIVOT.x), y: stay(view.y, y - PIVOT.y), zoom: view.zoom * factor };
}
