import { type Renderer, RenderTexture } from "@pixi/core";
import type { Live2DModel } from "pixi-live2d-display/cubism4";
import type { Rect } from "./fit.ts";

/** The edge of a portrait, in pixels. */
const EDGE = 96;
/** It is drawn so many times as large: small pictures show every jagged edge. */
const FINER = 2;

/**
 * Draws a part of a model beside the stage, as the model is now. Where it stands on the stage does not matter, and does
 * not change.
 *
 * @param part a square, in the model's own units
 * @returns a square picture as a data URL
 */
export function drawPortrait(renderer: Renderer, model: Live2DModel, part: Rect): string {
  const edge = EDGE * FINER;
  const probe = RenderTexture.create({ width: edge, height: edge });
  const { x, y } = model.position;
  const before = { x, y, scale: model.scale.x };
  const scale = edge / part.width;
  const pixels = new Uint8ClampedArray(edge * edge * 4);
  try {
    model.scale.set(scale);
    model.position.set(-part.x * scale, -part.y * scale);
    renderer.render(model, { renderTexture: probe, clear: true });
    renderer.renderTexture.bind(probe);
    renderer.gl.readPixels(0, 0, edge, edge, renderer.gl.RGBA, renderer.gl.UNSIGNED_BYTE, pixels);
  } finally {
    renderer.renderTexture.bind();
    probe.destroy(true);
    model.scale.set(before.scale);
    model.position.set(before.x, before.y);
  }
  divideByOpacity(pixels);
  return scaledDown(new ImageData(pixels, edge, edge));
}

/** A graphics card multiplies colours by their opacity, a picture has them as they are. */
function divideByOpacity(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const opacity = pixels[at + 3]! / 255;
    if (opacity > 0) { for (let part = at; part < at + 3; part++) pixels[part] = pixels[part]! / opacity; }
  }
}

function scaledDown(image: ImageData): string {
  const [large, small] = [image.width, EDGE].map((edge) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = edge;
    return canvas;
  });
  large!.getContext("2d")?.putImageData(image, 0, 0);
  small!.getContext("2d")?.drawImage(large!, 0, 0, EDGE, EDGE);
  return small!.toDataURL("image/webp", 0.85);
}
