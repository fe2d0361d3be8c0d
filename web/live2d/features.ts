import type { Expression } from "./expressions.ts";
import type { Rig } from "./rig.ts";

/** What an expression does to a face, in shares of what the model can do: 0 is unchanged, 1 as far as it goes. */
export interface Features {
  /** How far the eyes are shut. */
  shut: number;
  /** How much wider than usual the eyes are. */
  wide: number;
  /** Eyes arched as in a smile. */
  smile: number;
  /** Smaller pupils. */
  pupil: number;
  /** Brows up, or down when negative. */
  browY: number;
  /** Brows drawn together. */
  browKnit: number;
  /** Slanted brows, either way: models disagree about the sign. */
  browAngle: number;
  /** Arched brows, or creased when negative. */
  browForm: number;
  /** Corners of the mouth up, or down when negative. */
  mouth: number;
  mouthOpen: number;
  blush: number;
  anger: number;
  tears: number;
  /** Stars or hearts in the eyes. */
  shine: number;
  gloom: number;
}

/** Words in the ids of parameters, in the English and the Japanese that modellers write. */
const KINDS: [RegExp, keyof Features | "open", number][] = [
  [/eye[lr]?open/, "open", 1],
  [/eye[lr]?smile|warai|niko/, "smile", 1],
  [/eyeballform|eyeballsize|pupil/, "pupil", -1],
  [/brow[lr]?y/, "browY", 1],
  [/brow[lr]?x/, "browKnit", -1],
  [/brow[lr]?angle/, "browAngle", 1],
  [/brow[lr]?form/, "browForm", 1],
  [/mouthform|mouthup/, "mouth", 1],
  [/mouthdown/, "mouth", -1],
  [/mouthopeny/, "mouthOpen", 1],
  [/cheek|tere|blush|hoho/, "blush", 1],
  [/angry|anger|ikari|okori/, "anger", 1],
  [/tear|namida|cry/, "tears", 1],
  [/kira|star|heart|eyeeffect/, "shine", 1],
  [/donyori|gloom|aozame|pale/, "gloom", 1],
];

/** Measures an expression; null when it leaves the face alone, as one that only changes clothes. */
export function featuresOf(expression: Expression, rig: Rig): Features | null {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const change of expression.changes) {
    const name = change.id.toLowerCase().replace(/^param/, "").replaceAll("_", "");
    const kind = KINDS.find(([words]) => words.test(name));
    if (kind === undefined) continue;
    const [, feature, sign] = kind;
    const entry = sums.get(feature) ?? { sum: 0, count: 0 };
    entry.sum += sign * amount(change, rig, feature === "open");
    entry.count++;
    sums.set(feature, entry);
  }
  if (sums.size === 0) return null;
  const mean = (feature: string) => {
    const entry = sums.get(feature);
    return entry === undefined ? 0 : entry.sum / entry.count;
  };
  const open = mean("open");
  return {
    shut: Math.max(0, -open),
    wide: Math.min(1, Math.max(0, open)),
    smile: mean("smile"),
    pupil: mean("pupil"),
    browY: mean("browY"),
    browKnit: mean("browKnit"),
    browAngle: Math.abs(mean("browAngle")),
    browForm: mean("browForm"),
    mouth: mean("mouth"),
    mouthOpen: mean("mouthOpen"),
    blush: mean("blush"),
    anger: mean("anger"),
    tears: mean("tears"),
    shine: mean("shine"),
    gloom: mean("gloom"),
  };
}

/** How far a change moves its parameter, from -1 to 1; for eyes that start open, from shut (-1) to twice as open. */
function amount({ id, value, blend }: Expression["changes"][number], rig: Rig, isOpenness: boolean): number {
  if (blend === "multiply") return isOpenness ? value - 1 : 0;
  if (blend === "share") return value;
  const index = rig.find(id);
  const { min, max, initial } = index < 0 ? { min: -1, max: 1, initial: 0 } : rig.range(index);
  const moved = blend === "overwrite" ? value - initial : value;
  const room = moved > 0 && !isOpenness ? max - initial : isOpenness ? Math.max(initial, 1e-6) : initial - min;
  return room <= 0 ? 0 : Math.max(-1, Math.min(1, moved / room));
}
