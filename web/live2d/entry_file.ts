import { StageError } from "./errors.ts";
import type { Generation } from "./core_loader.ts";
import { type ModelExtras, readExtras } from "@/lib/protocol/model_extras.ts";

/** A model's entry file (`model3.json` or `model.json`), read the same way for every generation of Cubism. */
export interface ModelSettings {
  generation: Generation;
  /** Absolute address of the entry file; everything else is relative to it. */
  url: string;
  moc: string;
  textures: string[];
  physics: string | null;
  pose: string | null;
  /** What the author calls parameters (`.cdi3.json`). */
  displayInfo: string | null;
  expressions: { name: string; file: string }[];
  /** Names of the motions in each group: their own where they have any, or those of their files. */
  motions: Map<string, string[]>;
  /** What the server knows of the model beside the format's own fields. */
  extras: ModelExtras;
  /** Parameters that a voice moves. */
  lipSync: string[];
  /** What its owner has set up for a voice (`.motionsync3.json`). */
  motionSync: string | null;
  /** Parameters that a blink moves. */
  eyeBlink: string[];
  /** The file itself, for the Live2D framework: without its expressions, which the stage plays itself. */
  json: Record<string, unknown> & { url: string };
}

type Json = Record<string, unknown>;

/**
 * Reads an entry file, leniently: whatever is missing or of the wrong kind is left out, as long as there is
 * something to draw.
 *
 * @param url Absolute address of the file
 * @throws {StageError} when it names no moc or no texture
 */
export function readSettings(json: unknown, url: string): ModelSettings {
  const root = record(json);
  if (typeof root.model === "string") return cubism2(root, root.model, url);
  const files = record(root.FileReferences);
  if (typeof files.Moc === "string") return cubism4(root, files, files.Moc, url);
  throw new StageError({ code: "not_entry", file: url });
}

function cubism4(root: Json, files: Json, moc: string, url: string): ModelSettings {
  const groups = records(root.Groups);
  const ids = (name: string) => strings(groups.find((group) => group.Name === name)?.Ids);
  const motions = motionGroups(files.Motions, "File");
  const textures = texturesOf(files.Textures, url);
  return {
    generation: 4,
    url,
    moc,
    textures,
    physics: text(files.Physics),
    pose: text(files.Pose),
    displayInfo: text(files.DisplayInfo),
    expressions: named(files.Expressions, "Name", "File"),
    motions: namesOf(motions, "File"),
    extras: readExtras(root),
    lipSync: ids("LipSync"),
    motionSync: text(files.MotionSync),
    eyeBlink: ids("EyeBlink"),
    json: {
      url,
      Version: 3,
      FileReferences: { Moc: moc, Textures: textures, Motions: motions },
      Groups: ["LipSync", "EyeBlink"].map((Name) => ({ Target: "Parameter", Name, Ids: ids(Name) })),
      HitAreas: records(root.HitAreas).filter((area) => text(area.Id) !== null)
        .map((area) => ({ Id: area.Id, Name: text(area.Name) || area.Id })),
    },
  };
}

function cubism2(root: Json, moc: string, url: string): ModelSettings {
  const motions = motionGroups(root.motions, "file");
  const textures = texturesOf(root.textures, url);
  return {
    generation: 2,
    url,
    moc,
    textures,
    physics: text(root.physics),
    pose: text(root.pose),
    displayInfo: null,
    expressions: named(root.expressions, "name", "file"),
    motions: namesOf(motions, "file"),
    extras: {},
    // The format names no groups: these are the standard parameters of its time.
    lipSync: ["PARAM_MOUTH_OPEN_Y"],
    motionSync: null,
    eyeBlink: ["PARAM_EYE_L_OPEN", "PARAM_EYE_R_OPEN"],
    json: {
      url,
      model: moc,
      textures,
      motions,
      hit_areas: records(root.hit_areas).filter((area) => text(area.id) !== null)
        .map((area) => ({ id: area.id, name: text(area.name) || area.id })),
      init_params: records(root.init_params),
      init_opacities: records(root.init_opacities),
    },
  };
}

function texturesOf(value: unknown, url: string): string[] {
  const textures = strings(value);
  if (textures.length > 0) return textures;
  throw new StageError({ code: "no_texture", file: url });
}

/** Motions that have a file, by group. */
function motionGroups(value: unknown, key: string): Record<string, Json[]> {
  const groups = Object.entries(record(value)).map(([name, list]): [string, Json[]] => [
    name,
    records(list).filter((motion) => text(motion[key]) !== null),
  ]);
  return Object.fromEntries(groups.filter(([, list]) => list.length > 0));
}

function namesOf(groups: Record<string, Json[]>, key: string): Map<string, string[]> {
  return new Map(
    Object.entries(groups).map(([name, list]) => [
      name,
      list.map((motion) => text(motion.Name) ?? text(motion.name) ?? stem(String(motion[key]))),
    ]),
  );
}

/** `motions/wave%201.motion3.json` is `wave 1`. */
function stem(file: string): string {
  const name = file.replace(/^.*[/\\]/, "").replace(/(\.motion3?)?\.(json|mtn)$/i, "");
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // It has a percent sign of its own.
  }
}

function named(value: unknown, nameKey: string, fileKey: string): { name: string; file: string }[] {
  return records(value).flatMap((entry) => {
    const file = text(entry[fileKey]);
    return file === null ? [] : [{ name: text(entry[nameKey]) ?? file, file }];
  });
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
