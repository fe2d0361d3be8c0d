/** The files that a model's entry file names: `FileReferences` of Cubism 3 and later, and Cubism 2's own form. */

/** What a file is to the model. A model draws without any of them but its moc and its textures. */
export type Role =
  | "moc"
  | "texture"
  | "physics"
  | "pose"
  | "display info"
  | "user data"
  | "expression"
  | "motion"
  | "sound";

/** Which of Live2D's two cores draws the model: that of Cubism 2, or the one for Cubism 3, 4 and 5. */
export type Cubism = 2 | 4;

type Json = Record<string, unknown>;

/** Where each form keeps its references. */
const FORMS = {
  2: {
    files: { model: "moc", physics: "physics", pose: "pose" },
    textures: "textures",
    expressions: "expressions",
    motions: "motions",
    file: "file",
    sound: "sound",
  },
  4: {
    files: { Moc: "moc", Physics: "physics", Pose: "pose", DisplayInfo: "display info", UserData: "user data" },
    textures: "Textures",
    expressions: "Expressions",
    motions: "Motions",
    file: "File",
    sound: "Sound",
  },
} as const;

/** Which form an entry file has; undefined when it is no model at all. */
export function cubismOf(entry: unknown): Cubism | undefined {
  if (!isObject(entry)) return undefined;
  if (isObject(entry["FileReferences"])) return 4;
  return typeof entry["model"] === "string" && Array.isArray(entry["textures"]) ? 2 : undefined;
}

/**
 * Shows `keep` every reference of the entry file, and returns a copy of the entry without those that it refuses,
 * so that the page never asks for a file that is not there.
 */
export function filterReferences(entry: Json, cubism: Cubism, keep: (path: string, role: Role) => boolean): Json {
  if (cubism === 2) return filtered(entry, FORMS[2], keep);
  return { ...entry, FileReferences: filtered(entry["FileReferences"] as Json, FORMS[4], keep) };
}

function filtered(
  references: Json,
  form: typeof FORMS[2] | typeof FORMS[4],
  keep: (path: string, role: Role) => boolean,
): Json {
  const result: Json = { ...references };
  for (const [key, role] of Object.entries(form.files)) {
    const path = references[key];
    if (typeof path === "string" && path !== "" && !keep(path, role)) delete result[key];
  }
  const textures = references[form.textures];
  if (Array.isArray(textures)) {
    result[form.textures] = textures.filter((path) => typeof path !== "string" || keep(path, "texture"));
  }
  const expressions = references[form.expressions];
  if (Array.isArray(expressions)) {
    result[form.expressions] = expressions.filter((one) => hasFile(one, form.file, "expression", keep));
  }
  const motions = references[form.motions];
  if (isObject(motions)) {
    result[form.motions] = Object.fromEntries(
      Object.entries(motions).map(([group, list]) => [
        group,
        Array.isArray(list)
          ? list.filter((one) => hasFile(one, form.file, "motion", keep)).map(withoutLostSound)
          : list,
      ]),
    );
  }
  return result;

  function withoutLostSound(motion: unknown): unknown {
    if (!isObject(motion) || hasFile(motion, form.sound, "sound", keep)) return motion;
    const { [form.sound]: _lost, ...rest } = motion;
    return rest;
  }
}

function hasFile(one: unknown, key: string, role: Role, keep: (path: string, role: Role) => boolean): boolean {
  const path = isObject(one) ? one[key] : undefined;
  return typeof path !== "string" || path === "" || keep(path, role);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
