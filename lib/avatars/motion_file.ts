/** Motions of Cubism 3 and later, whose own counts Live2D's framework believes, and stumbles where they are wrong. */
import { isObject } from "./loose_json.ts";

/** Numbers that follow the kind of a segment: linear, Bézier, stepped, inversely stepped. */
const SEGMENT_NUMBERS: readonly number[] = [2, 6, 2, 2];

interface Counts {
  segments: number;
  points: number;
  /** Seconds until its last point. */
  end: number;
}

/**
 * A motion as the framework can play it: curves that cannot be read are left out, and what is left is counted anew.
 *
 * @returns the motion, the same object where it was right; undefined when nothing in it moves
 */
export function soundMotion(motion: unknown): Record<string, unknown> | undefined {
  if (!isObject(motion) || !Array.isArray(motion["Curves"])) return undefined;
  const curves: unknown[] = motion["Curves"];
  const sound = curves.flatMap((curve) => {
    const counts = countCurve(curve);
    return counts === undefined ? [] : [{ curve, counts }];
  });
  if (sound.length === 0) return undefined;
  const meta = isObject(motion["Meta"]) ? motion["Meta"] : {};
  const userData: unknown[] = Array.isArray(motion["UserData"]) ? motion["UserData"] : [];
  const events = userData.filter((event) =>
    isObject(event) && typeof event["Time"] === "number" && typeof event["Value"] === "string"
  );
  const counted = {
    ...meta,
    Duration: isPositive(meta["Duration"]) ? meta["Duration"] : Math.max(...sound.map(({ counts }) => counts.end)),
    Fps: isPositive(meta["Fps"]) ? meta["Fps"] : 30,
    CurveCount: sound.length,
    TotalSegmentCount: sum(sound.map(({ counts }) => counts.segments)),
    TotalPointCount: sum(sound.map(({ counts }) => counts.points)),
    UserDataCount: events.length,
    TotalUserDataSize: sum(events.map((event) => String((event as { Value: string }).Value).length)),
  };
  // What only tells how much text the events have is no reason to write a motion anew.
  const right = sound.length === curves.length && events.length === userData.length &&
    (["Duration", "Fps", "CurveCount", "TotalSegmentCount", "TotalPointCount"] as const).every((key) =>
      meta[key] === counted[key]
    ) && (meta["UserDataCount"] ?? 0) === counted.UserDataCount;
  if (right) return motion;
  return { ...motion, Meta: counted, Curves: sound.map(({ curve }) => curve), UserData: events };
}

/** What is in a curve; undefined when it is no curve, or nothing follows its first point. */
function countCurve(curve: unknown): Counts | undefined {
  if (!isObject(curve) || typeof curve["Id"] !== "string" || typeof curve["Target"] !== "string") return undefined;
  const numbers: unknown = curve["Segments"];
  if (!Array.isArray(numbers) || !numbers.every((number) => Number.isFinite(number))) return undefined;
  let segments = 0;
  let points = 1;
  let at = 2;
  while (at < numbers.length) {
    const length = SEGMENT_NUMBERS[numbers[at] as number];
    if (length === undefined || at + 1 + length > numbers.length) return undefined;
    segments++;
    points += length / 2;
    at += 1 + length;
  }
  return segments === 0 ? undefined : { segments, points, end: numbers[numbers.length - 2] as number };
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
