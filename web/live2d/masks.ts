import type { Cubism4InternalModel } from "pixi-live2d-display/cubism4";
import { clamp } from "./easing.ts";

/** Edge of the buffer for clipping masks, pixels: the framework's 256 shows as jagged eyes on a large screen. */
export const MASK_SIZE = 1024;
/** Enough for a figure that is measured, or drawn for a list. */
const LEAST_SIZE = 256;
/** Masks that one buffer takes, nine in each of four colours: beyond them the framework draws all masks over each other. */
const MOST_IN_ONE = 36;
/**
 * Masks in each of several buffers. The framework takes 32, but loses one where that number divides badly, which at 28
 * it never does.
 */
const MOST_IN_EACH = 28;

/** The part of the framework's renderer that is asked here; its types keep the manager to themselves. */
export interface MaskRenderer extends Pick<Cubism4InternalModel["renderer"], "setClippingMaskBufferSize"> {
  _clippingManager?: MaskManager;
  /** Set from the first drawing on. */
  gl?: unknown;
}

export interface MaskManager {
  _renderTextureCount: number;
  _currentFrameNo: number;
  setGL(gl: unknown): void;
  setupClippingContext(): void;
  getClippingContextListForDraw(): readonly unknown[];
  getClippingMaskCount(): number;
  setupLayoutBounds(masks: number): void;
  release(): void;
}

/** The manager of a model without masks: the framework gives it none, and stumbles over that when it draws or frees it. */
function noMasks(): MaskManager {
  return {
    _renderTextureCount: 1,
    _currentFrameNo: 0,
    setGL() {},
    setupClippingContext() {},
    getClippingContextListForDraw: () => [],
    getClippingMaskCount: () => 0,
    setupLayoutBounds() {},
    release() {},
  };
}

/**
 * The edge of a buffer that is no coarser than the figure, of so many pixels in height: where a processor draws, masks
 * of a small figure by a large buffer take twice the time of all the rest.
 */
export function maskSizeFor(height: number): number {
  return clamp(2 ** Math.ceil(Math.log2(height)), LEAST_SIZE, MASK_SIZE);
}

/**
 * Makes room for all clipping masks of a model, and gives each a place of its own that it keeps: the framework would
 * share them out anew among those in use, by their order in the list of all, and so give two the same one.
 *
 * @param size edge of a buffer, pixels
 */
export function makeRoomForMasks(renderer: MaskRenderer, size = LEAST_SIZE): void {
  const before = renderer._clippingManager;
  if (!before) {
    renderer._clippingManager = noMasks();
    return;
  }
  const masks = before.getClippingMaskCount();
  before._renderTextureCount = masks <= MOST_IN_ONE ? 1 : Math.ceil(masks / MOST_IN_EACH);
  // Makes a manager anew, with as many buffers.
  renderer.setClippingMaskBufferSize(size);
  const manager = renderer._clippingManager;
  if (!manager) return;
  if (renderer.gl) manager.setGL(renderer.gl);
  const layOut = manager.setupLayoutBounds.bind(manager);
  manager.setupLayoutBounds = (inUse) => layOut(inUse === 0 ? 0 : masks);
}
