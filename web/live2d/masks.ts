import type { Cubism4InternalModel } from "pixi-live2d-display/cubism4";

/** Edge of the buffer for clipping masks: the framework's 256 shows as jagged eyes on a large screen. */
export const MASK_SIZE = 1024;
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
 * Makes room for all clipping masks of a model, and gives each a place of its own that it keeps: the framework would
 * share them out anew among those in use, by their order in the list of all, and so give two the same one.
 *
 * @param size edge of a buffer, pixels: in software, masks of the usual size take half of the time of a drawing
 */
export function makeRoomForMasks(renderer: MaskRenderer, size = MASK_SIZE): void {
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
