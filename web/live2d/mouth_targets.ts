import type { MotionSync } from "./motion_sync.ts";
import type { Rig } from "./rig.ts";
import { forShapes, type ShapeValues } from "./shape_values.ts";
import type { MouthShapeName } from "@/lib/protocol/speech.ts";

/** What the shapes of a mouth do to one parameter of a model. */
export interface MouthTarget {
  id: string;
  index: number;
  /** The value for each shape that is wholly made. */
  values: ShapeValues;
  /**
   * How far it goes there from what motions and expressions want, from 0 to 1: who smiles speaks with a smile, and
   * whose mouth is opened by a motion has it opened by speech alone.
   */
  weights: ShapeValues;
}

/** A share for each shape; none where nothing is said of it. */
type Shares = Partial<ShapeValues>;

/** How one parameter stands in each shape, in shares of its range to either side of 0. */
interface Part {
  shares: Shares;
  /** The weight of the shapes that have a share; without it, all have 1, and those without a share are at 0. */
  weight?: number;
}

const OPENING: Part = { shares: { a: 1, i: 0.3, u: 0.35, e: 0.55, o: 0.7, narrow: 0.12 } };

/** Corners of the mouth apart, or together when negative. Many a model smiles at rest, as far as it can. */
const FORM: Part = { shares: { i: 1, u: -1, e: 0.6, o: -0.6, narrow: 0.4 }, weight: 0.75 };

/**
 * The parameters of VBridger, which follow ARKit's shapes: `ParamMouthPuckerWiden` goes from pursed to wide,
 * `ParamMouthPressLipOpen` from pressed lips to bare teeth.
 */
const VBRIDGER: readonly [id: string, part: Part][] = [
  ["MouthOpenY", OPENING],
  ["JawOpen", { shares: { a: 0.8, i: 0.1, u: 0.2, e: 0.4, o: 0.6, narrow: 0.05 } }],
  ["MouthFunnel", { shares: { u: 0.6, o: 0.6 } }],
  ["MouthPuckerWiden", { shares: { a: 0.1, i: 0.8, u: -0.8, e: 0.5, o: -0.4, narrow: 0.2 }, weight: 0.9 }],
  ["MouthShrug", { shares: { closed: 0.2 } }],
  ["MouthPressLipOpen", { shares: { a: 0.3, i: 0.6, e: 0.4, o: 0.1, narrow: 0.4, closed: -0.8 }, weight: 0.9 }],
  ["MouthForm", { shares: { i: 0.6, u: -0.6, e: 0.3, o: -0.4 }, weight: 0.4 }],
];
/** One of these tells a mouth of that kind from a plain one. */
const VBRIDGER_ONLY = ["MouthFunnel", "MouthPuckerWiden", "MouthPressLipOpen"];

const VOWELS = ["a", "i", "u", "e", "o"] as const;
/** Who makes a vowel, how far, in models that have no shape for it. */
const STAND_INS: Record<typeof VOWELS[number], Shares> = {
  a: {},
  i: { e: 0.6 },
  u: { o: 0.5 },
  e: { i: 0.5, a: 0.4 },
  o: { u: 0.5, a: 0.4 },
};

/**
 * Finds which parameters of a model make the shapes of a mouth: those that its owner has set up for motion-sync, else
 * a set of vowels, else those of VBridger, else form and opening, or the opening alone.
 *
 * @param lipSync The model's own parameters for lip sync; empty where it names none
 */
export function mouthTargets(rig: Rig, lipSync: readonly string[], motionSync: MotionSync | null): MouthTarget[] {
  const target = (id: string, { shares, weight }: Part): MouthTarget[] => {
    const index = rig.find(id);
    if (index < 0) return [];
    const values = forShapes((shape) => valueAt(rig, index, shares[shape] ?? 0));
    const weights = forShapes((shape) => weight === undefined ? 1 : shares[shape] === undefined ? 0 : weight);
    return [{ id, index, values, weights }];
  };
  const owned = [...motionSync?.values ?? []].flatMap(([id, values]): MouthTarget[] =>
    rig.find(id) < 0 ? [] : [{ id, index: rig.find(id), values, weights: forShapes(() => 1) }]
  );
  if (owned.length > 0) return owned;

  const opening = openingOf(lipSync, rig);
  const vowels = vowelsOf(rig);
  if (vowels !== null) {
    const shapes = vowels.flatMap(([id, shares]) => target(id, { shares }));
    // Where the model has another parameter for lip sync, the vowels only shape what that opens.
    const named = opening.filter((id) => lipSync.includes(id) && !shapes.some((one) => one.index === rig.find(id)));
    return [...shapes, ...named.flatMap((id) => target(id, OPENING))];
  }
  if (VBRIDGER_ONLY.some((name) => spelled(rig, name) !== "")) {
    return VBRIDGER.flatMap(([name, part]) => target(spelled(rig, name), part));
  }
  return [...opening.flatMap((id) => target(id, OPENING)), ...target("ParamMouthForm", FORM)];
}

/** The id that a parameter has in this model: modellers leave `Param` out now and then. Empty where it has none. */
function spelled(rig: Rig, name: string): string {
  return [`Param${name}`, name].find((id) => rig.find(id) >= 0) ?? "";
}

/** Ids of the vowels with what each does for the shapes; null in a model without such a set. */
function vowelsOf(rig: Rig): [id: string, shares: Shares][] | null {
  for (const prefix of ["Param", "ParamMouth", "ParamVowel", "ParamLip", "ParamViseme"]) {
    const idOf = (vowel: string) => prefix + vowel.toUpperCase();
    const there = VOWELS.filter((vowel) => rig.find(idOf(vowel)) >= 0);
    if (there.length < 3 || !there.includes("a")) continue;
    return there.map((vowel) => {
      const shares: Partial<Record<MouthShapeName, number>> = { [vowel]: 1 };
      for (const other of VOWELS) {
        const share = there.includes(other) ? undefined : STAND_INS[other][vowel];
        if (share !== undefined) shares[other] = share;
      }
      if (vowel === "i") shares.narrow = 0.25;
      return [idOf(vowel), shares];
    });
  }
  return null;
}

/** What opens a mouth in models that say nothing of it. */
const USUAL = ["ParamMouthOpenY", "ParamA", "ParamMouthOpen", "MouthOpenY", "MouthOpen"];

/**
 * Those of a model's parameters for lip sync that open its mouth. Some list what only shapes it as well, which would
 * grin or pout at every word; and of the shapes of five vowels, the first is the open one.
 */
function openingOf(ids: readonly string[], rig: Rig): string[] {
  const there = ids.filter((id) => rig.find(id) >= 0);
  const plain = (id: string) => id.replace(/^param/i, "").replaceAll("_", "").toLowerCase();
  const named = [
    there.filter((id) => /open/.test(plain(id)) && !/press/.test(plain(id))),
    there.filter((id) => /^(mouth|lip|vowel)?a$/.test(plain(id))),
    there.filter((id) => rig.range(rig.find(id)).min >= 0 && !/form|smile|width|shrug|pucker|funnel/.test(plain(id))),
    USUAL.filter((id) => rig.find(id) >= 0).slice(0, 1),
    there,
  ];
  return named.find((list) => list.length > 0) ?? [];
}

/** Ranges that go up to here are those of the standard parameters, drawn for 1: beyond is shouting, or anger. */
const STANDARD = 2;

function valueAt(rig: Rig, index: number, share: number): number {
  const { min, max } = rig.range(index);
  const end = share < 0 ? Math.min(0, min) : Math.max(0, max);
  const usual = Math.abs(end) <= STANDARD ? Math.sign(end) * Math.min(1, Math.abs(end)) : end;
  return Math.max(min, usual * Math.abs(share));
}
