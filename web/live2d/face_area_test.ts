import { assertEquals } from "@std/assert";
import { headOf } from "./face_area.ts";

const FIGURE = { x: 0, y: 0, width: 400, height: 1000 };
const BODY = Float32Array.of(0, 0, 400, 1000);

Deno.test("U5: headOf() finds the head by what moves when the eyes are shut", () => {
  const open = [BODY, Float32Array.of(150, 100, 170, 110), Float32Array.of(230, 100, 250, 120)];
  const shut = [BODY, Float32Array.of(150, 105, 170, 115), Float32Array.of(230, 105, 250, 121)];
  assertEquals(headOf(open, shut, FIGURE), { x: 95, y: 17, width: 210, height: 210 });
});

Deno.test("U5: headOf() takes the upper part of a figure without eyes, or where half of it moves with them", () => {
  const upper = { x: 50, y: 0, width: 300, height: 300 };
  assertEquals(headOf([BODY], [BODY], FIGURE), upper);
  assertEquals(headOf([BODY], [Float32Array.of(1, 0, 399, 1000)], FIGURE), upper);
  assertEquals(headOf([], [], FIGURE), upper);
});
