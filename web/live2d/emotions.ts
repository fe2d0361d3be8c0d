import type { Expression } from "./expressions.ts";
import { feelingNamed } from "./emotion_names.ts";
import { type Features, featuresOf } from "./features.ts";
import { poseFor } from "./poses.ts";
import type { Rig } from "./rig.ts";
import { type Emotion, emotionOf, EMOTIONS } from "@/lib/protocol/emotions.ts";

/** How much an expression looks like each feeling. The weights tell apart faces that share half of their features. */
const LOOKS: Partial<Record<Emotion, (f: Features) => number>> = {
  happy: (f) => 1.5 * f.smile + 0.8 * f.mouth - 0.6 * f.shine - 1.5 * f.wide - 0.5 * f.blush - 0.6 * f.anger,
  excited: (f) => 1.3 * f.shine + 0.6 * f.smile + 0.6 * f.wide + 0.3 * f.mouth + 0.2 * f.blush,
  sad: (f) =>
    -0.7 * f.mouth - 0.8 * f.browForm + 0.3 * f.browAngle + 0.5 * f.browY + 1.5 * f.tears + f.gloom +
    (f.shut < 0.6 ? 1.2 * f.shut : 0) - f.blush - f.anger,
  angry: (f) => 2.2 * f.anger - f.browY + 0.5 * f.browKnit - 0.4 * f.mouth + 0.3 * f.mouthOpen - f.tears - 1.2 * f.shut,
  surprised: (f) =>
    2 * f.wide + 1.2 * f.pupil + 0.6 * Math.max(0, f.browY) + 0.5 * f.browForm + 0.2 * f.mouthOpen - 2 * f.smile -
    1.5 * f.shine,
  shy: (f) => 2.2 * f.blush - 0.8 * f.shine,
  sleepy: (f) => 1.1 * f.shut - 2 * f.smile - Math.abs(f.mouth) - Math.abs(f.browForm),
};

/** A face must look at least this much like a feeling. */
const LIKENESS = 0.6;
/** An expression that is named for a feeling is that feeling, whatever it looks like. */
const NAMED = 10;
/** The same by parameters of the owner's own, which may be no more than a part of it, such as tears. */
const OWN = 9;

/**
 * Finds the face for each feeling among a model's expressions, by what they do to brows, eyes, mouth and cheeks, or by
 * their names where those say it. Feelings without an expression get a pose through standard parameters, as far as the
 * model has these.
 *
 * @param overrides Names of expressions for feelings, as the configuration gives them
 */
export function facesFor(
  expressions: readonly Expression[],
  rig: Rig,
  overrides: Readonly<Record<string, string>> = {},
): Map<Emotion, Expression> {
  const faces = new Map<Emotion, Expression>();
  const best = new Map<Emotion, number>();
  for (const expression of expressions) {
    const guess = guessEmotion(expression, rig);
    if (guess === null || guess.likeness <= (best.get(guess.emotion) ?? 0)) continue;
    best.set(guess.emotion, guess.likeness);
    faces.set(guess.emotion, expression);
  }
  for (const emotion of EMOTIONS) {
    const pose = faces.has(emotion) ? null : poseFor(emotion, rig);
    if (pose !== null) faces.set(emotion, pose);
  }
  for (const [word, name] of Object.entries(overrides)) {
    const emotion = emotionOf(word);
    const expression = expressions.find((candidate) => candidate.name === name);
    if (emotion !== null && emotion !== "neutral" && expression !== undefined) faces.set(emotion, expression);
  }
  return faces;
}

function guessEmotion(expression: Expression, rig: Rig): { emotion: Emotion; likeness: number } | null {
  const features = featuresOf(expression, rig);
  const named = feelingNamed(expression.name);
  // Parameters of the owner's own say nothing of a face: the name is believed where it says nothing but the feeling.
  if (named !== null && (features !== null || named.alone)) {
    return named.emotion === "neutral" ? null : { emotion: named.emotion, likeness: features === null ? OWN : NAMED };
  }
  if (features === null) return null;
  let found: { emotion: Emotion; likeness: number } | null = null;
  for (const [emotion, look] of Object.entries(LOOKS)) {
    const likeness = look(features);
    if (likeness >= Math.max(LIKENESS, found?.likeness ?? 0)) found = { emotion: emotion as Emotion, likeness };
  }
  return found;
}
