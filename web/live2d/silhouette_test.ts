import { assertEquals } from "@std/assert";
import { figureIn } from "./silhouette.ts";

/** A picture whose pixels are opaque where the drawing has an x. */
function picture(...rows: string[]): [Uint8Array, number, number] {
  const width = rows[0]?.length ?? 0;
  const alpha = rows.join("").split("").flatMap((mark) => [0, 0, 0, mark === "x" ? 255 : 40]);
  return [Uint8Array.from(alpha), width, rows.length];
}

Deno.test("figureIn() finds what is opaque", () => {
  assertEquals(figureIn(...picture("......", "..xx..", "..xx..", "......")), { x: 2, y: 1, width: 2, height: 2 });
});

Deno.test("figureIn() is centred on the mass of the figure, and not on a raised wand", () => {
  const rows = Array.from({ length: 60 }, (_, y) => y === 30 ? "xxxxxxxxxxxxxxxx...." : "............xxxx....");
  const found = figureIn(...picture(...rows));
  assertEquals((found?.x ?? 0) + (found?.width ?? 0) / 2 >= 13, true);
});

Deno.test("figureIn() finds nothing in an empty picture", () => {
  assertEquals(figureIn(...picture("....", "....")), null);
});
