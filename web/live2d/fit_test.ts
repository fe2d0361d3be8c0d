import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fit, HOME, type Rect, zoomAt } from "./fit.ts";

const STANDING: Rect = { x: 100, y: 50, width: 400, height: 1600 };
const BUST: Rect = { x: 0, y: 0, width: 500, height: 560 };

/** The part of the stage that a figure takes, in shares of it. */
function drawn(stage: { width: number; height: number }, figure: Rect, view = HOME) {
  const { scale, x, y } = fit(stage, figure, view);
  return {
    left: (figure.x * scale + x) / stage.width,
    right: ((figure.x + figure.width) * scale + x) / stage.width,
    top: (figure.y * scale + y) / stage.height,
    bottom: ((figure.y + figure.height) * scale + y) / stage.height,
  };
}

Deno.test("fit() shows the whole figure on a tall stage", () => {
  const { top, bottom, left, right } = drawn({ width: 390, height: 844 }, STANDING);
  assert(top >= 0 && bottom <= 1 && left >= 0 && right <= 1);
  assert(bottom - top > 0.85, "and uses the room");
});

Deno.test("fit() comes closer the wider the stage is, with the head always on it", () => {
  let before = 0;
  for (const width of [400, 800, 1200, 2000]) {
    const { top, bottom, left, right } = drawn({ width, height: 800 }, STANDING);
    assert(top > 0 && top < 0.1 && left >= 0 && right <= 1);
    assert(bottom - top >= before);
    before = bottom - top;
  }
  assert(before > 2, "only the upper half is left on the widest");
});

Deno.test("fit() keeps the middle of the figure in the middle of the stage", () => {
  for (const figure of [STANDING, BUST]) {
    const { left, right } = drawn({ width: 1000, height: 700 }, figure);
    assertAlmostEquals((left + right) / 2, 0.5);
  }
});

Deno.test("fit() does not cut a figure at the sides", () => {
  for (const width of [100, 390, 800, 1600]) {
    const { left, right } = drawn({ width, height: 700 }, BUST);
    assert(left >= 0 && right <= 1);
  }
});

Deno.test("fit() moves a figure by shares of the stage", () => {
  const stage = { width: 800, height: 600 };
  const here = fit(stage, STANDING);
  assertEquals(fit(stage, STANDING, { x: 0.25, y: -0.5, zoom: 1 }), { ...here, x: here.x + 200, y: here.y - 300 });
});

Deno.test("zoomAt() keeps what is under the pointer where it is", () => {
  const stage = { width: 800, height: 600 };
  const pointer = { x: 0.3, y: 0.7 };
  for (const view of [HOME, { x: 0.1, y: -0.2, zoom: 1.7 }]) {
    const under = (placement: { scale: number; x: number; y: number }) => [
      (pointer.x * stage.width - placement.x) / placement.scale,
      (pointer.y * stage.height - placement.y) / placement.scale,
    ];
    const [x = 0, y = 0] = under(fit(stage, STANDING, view));
    const [zoomedX = 0, zoomedY = 0] = under(fit(stage, STANDING, zoomAt(view, 1.5, pointer.x, pointer.y)));
    assertAlmostEquals(zoomedX, x);
    assertAlmostEquals(zoomedY, y);
  }
});
