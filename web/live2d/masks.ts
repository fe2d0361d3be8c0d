import type { Cubism4InternalModel } from "pixi-live2d-display/cubism4";
import { clamp } from "./easing.ts";

/** Edge of the buffer for clipping masks, pixels: the framework's 256 shows as jagged eyes on a large screen. */
export const MASK_SIZE = 1024;
/** Enough for a figure that is measured, or drawn for a list. */
export const LEAST_MASK_SIZE = 256;
/** Pixels of a mask for each pixel of what it clips, so that its edges are no more jagged than the figure's own. */
const FINER = 4;
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
  _clippingContextListForMask: readonly Mask[];
  _renderTextureCount: number;
  _currentFrameNo: number;
  setGL(gl: unknown): void;
  setupClippingContext(): void;
  getClippingContextListForDraw(): readonly unknown[];
  getClippingMaskCount(): number;
  setupLayoutBounds(masks: number): void;
  release(): void;
}

interface Mask {
  /** What it clips, in the model's own units, as it was drawn last. */
  _allClippedDrawRect: { width: number; height: number };
  /** Its share of a buffer. */
  _layoutBounds: { width: number; height: number };
}

/** The manager of a model without masks: the framework gives it none, and stumbles over that when it draws or frees it. */
function noMasks(): MaskManager {
  return {
    _clippingContextListForMask: [],
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
 * How large a buffer would be, in the units of the model, whose every mask had as many pixels as what it clips; as they
 * were drawn last. Nothing drawn: 0.
 */
export function extentOfMasks({ _clippingManager }: MaskRenderer): number {
  let extent = 0;
  for (
    const { _allClippedDrawRect: clipped, _layoutBounds: share } of _clippingManager?._clippingContextListForMask ?? []
  ) {
    if (share.width > 0) extent = Math.max(extent, clipped.width / share.width, clipped.height / share.height);
  }
  return extent;
}

/**
 * The edge of a buffer that is fine enough for a figure of so many pixels in height: where a processor draws, masks
 * by a larger buffer than needed take several times as long as all the rest, for most of them clip no more than an eye.
 *
 * @param extent of its masks in pixels, see {@linkcode extentOfMasks}
 */
export function maskSizeFor(height: number, extent: number): number {
  return clamp(2 ** Math.ceil(Math.log2(Math.min(height, FINER * extent))), LEAST_MASK_SIZE, MASK_SIZE);
}

/**
 * Makes room for all clipping masks of a model, and gives each a place of its own that it keeps: the framework would
 * share them out anew among those in use, by their order in the list of all, and so give two the same one.
 *
 * @param size edge of a buffer, pixels
 */
export function makeRoomForMasks(renderer: MaskRenderer, size = LEAST_MASK_SIZE): void {
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
