/** The files that a model's entry file names: `FileReferences` of Cubism 3 and later, and Cubism 2's own form. */

/** What a file is to the model. A model draws without any of them but its moc and its textures. */
export type Role =
  | "moc"
  | "texture"
  | "physics"
  | "pose"
  | "motion sync"
  | "display info"
  | "user data"
  | "expression"
  | "motion"
  | "sound"
  | "icon";

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
    files: {
      Moc: "moc",
      Physics: "physics",
      Pose: "pose",
      MotionSync: "motion sync",
      DisplayInfo: "display info",
      UserData: "user data",
    },
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

/** What is to stand in place of a reference; undefined leaves it out. */
export type Rewrite = (path: string, role: Role) => string | undefined;

/**
 * Shows `rewrite` every reference of the entry file, and returns a copy of the entry with what it answers, so that the
 * page never asks for a file that is not there.
 */
export function rewriteReferences(entry: Json, cubism: Cubism, rewrite: Rewrite): Json {
  if (cubism === 2) return rewritten(entry, FORMS[2], rewrite);
  return { ...entry, FileReferences: rewritten(entry["FileReferences"] as Json, FORMS[4], rewrite) };
}

function rewritten(references: Json, form: typeof FORMS[2] | typeof FORMS[4], rewrite: Rewrite): Json {
  let result: Json = { ...references };
  for (const [key, role] of Object.entries(form.files)) {
    const { [key]: _before, ...others } = result;
    result = withFile(result, key, role, rewrite) ?? others;
  }
  const textures = references[form.textures];
  if (Array.isArray(textures)) {
    result[form.textures] = textures.flatMap((path) =>
      typeof path === "string" ? rewrite(path, "texture") ?? [] : path
    );
  }
  const expressions = references[form.expressions];
  if (Array.isArray(expressions)) {
    result[form.expressions] = expressions.flatMap((one) => withFile(one, form.file, "expression", rewrite) ?? []);
  }
  const motions = references[form.motions];
  if (isObject(motions)) {
    result[form.motions] = Object.fromEntries(
      Object.entries(motions).map(([group, list]) => [group, Array.isArray(list) ? motionsIn(list) : list]),
    );
  }
  return result;

  function motionsIn(list: unknown[]): unknown[] {
    return list.flatMap((one) => withFile(one, form.file, "motion", rewrite) ?? []).map((one) => {
      if (!isObject(one)) return one;
      const { [form.sound]: _sound, ...silent } = one;
      return withFile(one, form.sound, "sound", rewrite) ?? silent;
    });
  }
}

/** The object with its reference under `key` rewritten; undefined when that is to be left out. */
function withFile<T>(one: T, key: string, role: Role, rewrite: Rewrite): T | undefined {
  const path = isObject(one) ? one[key] : undefined;
  if (typeof path !== "string" || path === "") return one;
  const next = rewrite(path, role);
  return next === undefined ? undefined : { ...one, [key]: next };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
