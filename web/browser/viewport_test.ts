import { assertEquals } from "@std/assert";
import { heightAboveKeyboard } from "./viewport.ts";

Deno.test("A16: the height above the keyboard is told by the visual viewport, whatever browsers call the page's own", () => {
  // iOS 26: innerHeight shrinks with the keyboard, the layout does not.
  assertEquals(heightAboveKeyboard({ visible: 319, inner: 319, layout: 647 }), 319);
  // iOS before: neither shrinks.
  assertEquals(heightAboveKeyboard({ visible: 340, inner: 664, layout: 664 }), 340);
  // Android lays the page out anew: nothing is covered.
  assertEquals(heightAboveKeyboard({ visible: 412, inner: 412, layout: 412 }), null);
  assertEquals(heightAboveKeyboard({ visible: 663.4, inner: 664, layout: 664 }), null);
  // The bar with the address has gone away: more is seen than the layout had at first.
  assertEquals(heightAboveKeyboard({ visible: 720, inner: 720, layout: 664 }), null);
});
