import type { Expression } from "./expressions.ts";
import type { Rect } from "./fit.ts";

/** The edge of a square that shows a head, in distances from the one eye's outer corner to the other's. */
const HEAD = 2.1;
/** How far below the eyes its middle lies, in the same. */
const BELOW_EYES = 0.12;
/** Where eyes cannot be found, the head is this share of a figure's height, from its top. */
const UPPER_PART = 0.3;
/** A head is no larger than this share of a figure. */
const LARGEST = { width: 1.3, height: 0.7 };

/** A face whose eyes are shut, by the names of the parameters that a blink moves. */
export function shutEyes(eyeBlink: readonly string[]): Expression {
  const ids = eyeBlink.length > 0 ? eyeBlink : ["ParamEyeLOpen", "ParamEyeROpen"];
  const changes = ids.map((id) => ({ id, value: 0, blend: "overwrite" as const }));
  return { name: "shut", fadeIn: 0, fadeOut: 0, changes };
}

/**
 * A square with the head of a model, found by what moves when it shuts its eyes.
 *
 * @param open the corners of what it is drawn of, x and y in turns, while its eyes are open
 * @param shut the same while they are shut
 * @param figure what is visible of it, in the same units
 */
export function headOf(open: readonly Float32Array[], shut: readonly Float32Array[], figure: Rect): Rect {
  const eyes = movedArea(open, shut);
  const edge = eyes === null ? 0 : eyes.width * HEAD;
  if (eyes === null || edge === 0 || edge > figure.width * LARGEST.width || edge > figure.height * LARGEST.height) {
    const edge = Math.min(figure.width, figure.height * UPPER_PART);
    return { x: figure.x + (figure.width - edge) / 2, y: figure.y, width: edge, height: edge };
  }
  const middle = { x: eyes.x + eyes.width / 2, y: eyes.y + eyes.height / 2 + eyes.width * BELOW_EYES };
  return { x: middle.x - edge / 2, y: middle.y - edge / 2, width: edge, height: edge };
}

/** Where corners were that have moved. */
function movedArea(before: readonly Float32Array[], after: readonly Float32Array[]): Rect | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [part, corners] of before.entries()) {
    const moved = after[part];
    for (let at = 0; at + 1 < corners.length; at += 2) {
      const [x, y] = [corners[at]!, corners[at + 1]!];
      if (x === moved?.[at] && y === moved[at + 1]) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return left < right ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
