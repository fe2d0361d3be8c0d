import { assert, assertEquals } from "@std/assert";
import { extentOfMasks, makeRoomForMasks, type MaskManager, type MaskRenderer, maskSizeFor } from "./masks.ts";

/** Where the framework has put a mask. */
interface Place {
  _bufferIndex: number;
  _layoutChannelNo: number;
  _layoutBounds: { x: number; y: number; width: number; height: number };
  _allClippedDrawRect: { width: number; height: number };
}

/** A part of the framework that its types leave out. */
interface Framework {
  CubismRenderer_WebGL: new () => RealRenderer;
}

type RealRenderer = MaskRenderer & { initialize(model: object): void; release(): void };

/** The framework's own renderer, for a model with so many masks. It looks for a window and Live2D's Core when it loads. */
async function rendererFor(masks: number): Promise<RealRenderer> {
  Object.assign(globalThis, { window: globalThis, Live2DCubismCore: {} });
  const framework = await import("pixi-live2d-display/cubism4") as unknown as Framework;
  const renderer = new framework.CubismRenderer_WebGL();
  renderer.initialize({
    isUsingMasking: () => masks > 0,
    getDrawableCount: () => masks,
    getDrawableMasks: () => Array.from({ length: masks }, (_, at) => Int32Array.of(at)),
    getDrawableMaskCounts: () => new Int32Array(masks).fill(1),
  });
  return renderer;
}

/** The buffers of masks, and what they are drawn with. */
function bufferOf({ _clippingManager }: RealRenderer): { size: number; gl: unknown; count: number } {
  const { _clippingMaskBufferSize: size, gl, _renderTextureCount: count } = _clippingManager as unknown as {
    _clippingMaskBufferSize: number;
    gl: unknown;
    _renderTextureCount: number;
  };
  return { size, gl, count };
}

function placesOf(manager: MaskManager): Place[] {
  return (manager as unknown as { _clippingContextListForMask: Place[] })._clippingContextListForMask;
}

Deno.test("M9: a model without clipping masks is drawn and freed", async () => {
  const renderer = await rendererFor(0);
  makeRoomForMasks(renderer);
  const { Cubism4InternalModel } = await import("pixi-live2d-display/cubism4");
  const gl = { getExtension: () => null, deleteBuffer() {} } as unknown as WebGLRenderingContext;
  // What the framework does before it draws for the first time, and at the end.
  Cubism4InternalModel.prototype.updateWebGLContext.call({ renderer } as never, gl, 1);
  renderer.release();
});

Deno.test("U11: masks are drawn by a buffer of the size that is wanted, also once they were drawn", async () => {
  const renderer = await rendererFor(40);
  makeRoomForMasks(renderer);
  const first = bufferOf(renderer);
  const gl = { deleteFramebuffer() {}, deleteTexture() {} };
  renderer.gl = gl;
  makeRoomForMasks(renderer, 1024);
  assertEquals([first.size, bufferOf(renderer)], [256, { size: 1024, gl, count: first.count }]);
});

Deno.test("U11: masks are as fine as the figure is drawn, within bounds", () => {
  const heights = [0, 20, 256, 257, 500, 513, 4_000];
  assertEquals(heights.map((height) => maskSizeFor(height, height)), [256, 256, 256, 512, 512, 1024, 1024]);
});

Deno.test("U11: masks of what is small are no finer than it needs", () => {
  assertEquals([0, 60, 65, 129, 500].map((extent) => maskSizeFor(4_000, extent)), [256, 256, 512, 1024, 1024]);
});

Deno.test("U11: masks need what the largest of them clips by its share of a buffer", async () => {
  const renderer = await rendererFor(6);
  assertEquals(extentOfMasks(renderer), 0);
  const masks = placesOf(renderer._clippingManager!);
  renderer._clippingManager!.setupLayoutBounds(masks.length);
  Object.assign(masks[1]!._allClippedDrawRect, { width: 0.25, height: 0.75 });
  Object.assign(masks[5]!._allClippedDrawRect, { width: 0.5, height: 0.5 });
  const { width, height } = masks[1]!._layoutBounds;
  assertEquals([width, height, masks[5]!._layoutBounds.width], [0.5, 1, 1]);
  assertEquals(extentOfMasks(renderer), 0.75);
  Object.assign(masks[1]!._allClippedDrawRect, { width: 0.5 });
  assertEquals(extentOfMasks(renderer), 1);
  assertEquals(extentOfMasks(await rendererFor(0)), 0);
});

Deno.test("M9: every clipping mask has a place of its own, however many there are and are in use", async () => {
  for (const masks of [1, 5, 36, 37, 40, 63, 64, 65, 95, 96, 100, 127, 200, 300]) {
    const renderer = await rendererFor(masks);
    makeRoomForMasks(renderer);
    const manager = renderer._clippingManager!;
    for (const inUse of [masks, Math.ceil(masks / 2), 1]) {
      manager.setupLayoutBounds(inUse);
      const places = placesOf(manager);
      assertEquals(places.length, masks);
      places.forEach((one, at) => {
        const { x, y, width, height } = one._layoutBounds;
        assert(width > 0 && height > 0 && one._bufferIndex < manager._renderTextureCount);
        for (const other of places.slice(at + 1)) {
          if (other._bufferIndex !== one._bufferIndex || other._layoutChannelNo !== one._layoutChannelNo) continue;
          const bounds = other._layoutBounds;
          const apart = x + width <= bounds.x + 1e-6 || bounds.x + bounds.width <= x + 1e-6 ||
            y + height <= bounds.y + 1e-6 || bounds.y + bounds.height <= y + 1e-6;
          assert(apart, `two of ${masks} masks share a place, with ${inUse} in use`);
        }
      });
    }
  }
});
