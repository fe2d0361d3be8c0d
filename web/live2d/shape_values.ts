import { MOUTH_SHAPES, type MouthShapeName } from "@/lib/protocol/speech.ts";

/** One for each way in which a mouth stands. */
export type ShapeValues = Readonly<Record<MouthShapeName, number>>;

/** A value for each shape. */
export function forShapes(value: (shape: MouthShapeName) => number): ShapeValues {
  return Object.fromEntries(MOUTH_SHAPES.map((shape) => [shape, value(shape)])) as Record<MouthShapeName, number>;
}
