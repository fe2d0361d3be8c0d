import { assert, assertEquals } from "@std/assert";
import { pixelsOf } from "./size.ts";

Deno.test("pixelsOf() gives a canvas the pixels of the screen, up to a ratio", () => {
  const css = { width: 400, height: 300 };
  assertEquals(pixelsOf(css, 1, 2, null), { width: 400, height: 300 });
  assertEquals(pixelsOf(css, 1.5, 2, null), { width: 600, height: 450 });
  assertEquals(pixelsOf(css, 3, 2, null), { width: 800, height: 600 });
});

Deno.test("pixelsOf() trusts the browser's own count only when it makes sense", () => {
  const css = { width: 400, height: 300 };
  assertEquals(pixelsOf(css, 1.25, 2, { width: 501, height: 375 }), { width: 501, height: 375 });
  assertEquals(pixelsOf(css, 2, 2, { width: 400, height: 300 }), { width: 800, height: 600 });
});

Deno.test("pixelsOf() never asks for more than a graphics card can do", () => {
  const { width, height } = pixelsOf({ width: 5000, height: 3000 }, 3, 3, null);
  assert(width * height < 9_100_000);
});
