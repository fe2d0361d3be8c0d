import type { Change, Expression } from "./expressions.ts";
import type { Rig } from "./rig.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";

/** Seconds in which a pose comes and goes. */
const FADE = 0.5;

function pose(name: Emotion, shares: Record<string, number>, eyes = 1): Expression {
  const changes = Object.entries(shares).flatMap(([id, value]): Change[] =>
    sides(id).map((side) => ({ id: side, value, blend: "share" }))
  );
  if (eyes !== 1) {
    changes.unshift(...sides("ParamEye*Open").map((id): Change => ({ id, value: eyes, blend: "multiply" })));
  }
  return { name, fadeIn: FADE, fadeOut: FADE, changes };
}

/** A parameter of both sides of the face is written with an asterisk. */
function sides(id: string): string[] {
  return id.includes("*") ? [id.replace("*", "L"), id.replace("*", "R")] : [id];
}

/**
 * Faces for models without expressions, through the standard parameters that nearly every model has. Brows that slant
 * up towards the nose, as in worry, have a positive angle.
 */
const POSES: Record<Emotion, Expression> = {
  happy: pose("happy", { ParamMouthForm: 1, "ParamBrow*Y": 0.3, "ParamBrow*Form": 0.4, ParamCheek: 0.4 }),
  excited: pose("excited", {
    "ParamEye*Smile": 0.3,
    ParamMouthForm: 1,
    ParamMouthOpenY: 0.5,
    "ParamBrow*Y": 0.7,
    ParamCheek: 0.6,
    ParamAngleY: 0.15,
  }, 1.15),
  sad: pose("sad", {
    ParamMouthForm: -0.9,
    "ParamBrow*Y": -0.2,
    "ParamBrow*Angle": 0.8,
    "ParamBrow*Form": -0.6,
    ParamEyeBallY: -0.3,
    ParamAngleY: -0.3,
  }, 0.75),
  angry: pose("angry", {
    ParamMouthForm: -0.9,
    "ParamBrow*Y": -0.7,
    "ParamBrow*X": -0.5,
    "ParamBrow*Angle": -0.9,
    "ParamBrow*Form": -0.4,
    ParamCheek: 0.3,
    ParamAngleY: -0.25,
  }, 0.8),
  surprised: pose("surprised", {
    ParamMouthOpenY: 0.5,
    ParamMouthForm: -0.2,
    "ParamBrow*Y": 1,
    "ParamBrow*Form": 0.4,
    ParamEyeBallForm: -0.5,
    ParamAngleY: 0.15,
  }, 1.3),
  shy: pose("shy", {
    ParamCheek: 1,
    ParamMouthForm: 0.3,
    "ParamBrow*Form": -0.3,
    "ParamBrow*Angle": 0.4,
    ParamEyeBallX: 0.3,
    ParamEyeBallY: -0.4,
    ParamAngleY: -0.2,
    ParamAngleZ: 0.25,
  }),
  scared: pose("scared", {
    ParamMouthForm: -0.7,
    ParamMouthOpenY: 0.2,
    "ParamBrow*Y": 0.4,
    "ParamBrow*Angle": 0.9,
    "ParamBrow*Form": -0.5,
    ParamEyeBallForm: -0.4,
  }, 1.1),
  sleepy: pose("sleepy", { "ParamBrow*Y": -0.2, ParamAngleY: -0.3, ParamAngleZ: 0.2 }, 0.4),
  thinking: pose("thinking", { ParamBrowLY: 0.5, ParamBrowRY: -0.2, ParamMouthForm: -0.3, ParamAngleZ: 0.25 }),
};

/** Eyes that are shut look happy only where they can arch. */
const LAUGHING = pose("happy", {
  "ParamEye*Smile": 1,
  ParamMouthForm: 1,
  ParamMouthOpenY: 0.2,
  "ParamBrow*Y": 0.3,
  "ParamBrow*Form": 0.4,
  ParamCheek: 0.4,
}, 0);

/** A pose for a feeling; null when the model has none of its parameters. */
export function poseFor(emotion: Emotion, rig: Rig): Expression | null {
  const found = emotion === "happy" && rig.find("ParamEyeLSmile") >= 0 ? LAUGHING : POSES[emotion];
  return found.changes.some((change) => rig.find(change.id) >= 0) ? found : null;
}
