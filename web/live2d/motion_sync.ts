import { forShapes, type ShapeValues } from "./shape_values.ts";
import type { MouthShapeName } from "@/lib/protocol/speech.ts";

/** What a model's owner has set up for a voice in Cubism's editor (`.motionsync3.json`). */
export interface MotionSync {
  /** Values of parameters, by their ids. */
  values: ReadonlyMap<string, ShapeValues>;
  /** 0 shows the strongest shape alone, 1 all of them by their shares. */
  blendRatio: number;
  /** Seconds after which 63 % of a movement is done. */
  tau: number;
}

/** The file's names for the shapes. */
const AUDIO: readonly [id: string, shape: MouthShapeName][] = [
  ["Silence", "rest"],
  ["A", "a"],
  ["I", "i"],
  ["U", "u"],
  ["E", "e"],
  ["O", "o"],
];
/** How much of an `I` the mouth makes for a consonant; the file knows vowels only. */
const NARROW = 0.25;
/** Bounds of {@linkcode MotionSync.tau}: stronger smoothing would swallow syllables. */
const TAU = { least: 0.005, most: 0.08 };

type Json = Record<string, unknown>;

/**
 * Reads a file for motion-sync, leniently; null where it moves nothing. Several settings are taken together, as long as
 * they are for a mouth. Of `Smoothing`, in percent of the value before, that is kept in each of `SampleRate` steps a
 * second, a time is made, so that it is the same at every frame rate.
 */
export function readMotionSync(json: unknown): MotionSync | null {
  const settings = records(record(json).Settings).filter(({ UseCase = "Mouth" }) => UseCase === "Mouth");
  const values = new Map<string, ShapeValues>();
  for (const setting of settings) {
    const scales = new Map(
      records(setting.AudioParameters).map(({ Id, Scale, Enabled }) => [Id, Enabled === false ? 0 : number(Scale, 1)]),
    );
    const targets = new Map(records(setting.Mappings).map(({ Id, Targets }) => [Id, records(Targets)]));
    const valueIn = (audio: string, id: string) => {
      const found = targets.get(audio)?.find((target) => target.Id === id)?.Value;
      return typeof found === "number" ? found : undefined;
    };
    const ids = new Set([...targets.values()].flat().map(({ Id }) => Id).filter((id) => typeof id === "string"));
    for (const id of ids) {
      const rest = valueIn("Silence", id) ?? 0;
      const made = new Map<MouthShapeName, number>(AUDIO.map(([audio, shape]) => {
        const value = valueIn(audio, id) ?? rest;
        return [shape, shape === "rest" ? rest : rest + (value - rest) * (scales.get(audio) ?? 1)];
      }));
      made.set("narrow", rest + ((made.get("i") ?? rest) - rest) * NARROW);
      values.set(id, forShapes((shape) => made.get(shape) ?? rest));
    }
  }
  if (values.size === 0) return null;
  const post = record(settings[0]?.PostProcessing);
  const kept = Math.min(99, Math.max(1, number(post.Smoothing, 50))) / 100;
  const rate = Math.min(120, Math.max(1, number(post.SampleRate, 30)));
  return {
    values,
    blendRatio: Math.min(1, Math.max(0, number(post.BlendRatio, 1))),
    tau: Math.min(TAU.most, Math.max(TAU.least, -1 / (rate * Math.log(kept)))),
  };
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}
