/** Time that a frame takes, in seconds. */
export interface Step {
  /** As the clock on the wall has it. */
  real: number;
  /** In the model's own time, which `timeScale` speeds up or slows down. */
  scaled: number;
}

/** The parameters of a model, by index, the same way for every generation of Cubism. */
export interface Rig {
  /** All parameter ids, or none where the format does not tell. */
  readonly ids: readonly string[];
  /** Index of a parameter, or -1; knows it by the spelling of either generation. */
  find(id: string): number;
  get(index: number): number;
  /** Sets a parameter for this frame; the value is forced into its range. */
  set(index: number, value: number): void;
  range(index: number): Range;
}

/** Values that a parameter takes. */
export interface Range {
  min: number;
  max: number;
  initial: number;
}

/** Something that moves parameters, once in every frame, on top of what came before it. */
export interface Layer {
  apply(rig: Rig, step: Step): void;
}

/** Spells a standard parameter as Cubism 2 does: `ParamEyeLOpen` is `PARAM_EYE_L_OPEN`. */
export function cubism2Spelling(id: string): string {
  const words = id.replace(/^Param/, "").match(/[A-Z][a-z0-9]*/g) ?? [id];
  return ["PARAM", ...words].join("_").toUpperCase();
}

/** What the rig needs of a Cubism 4 model: views into the memory of the core. */
export interface Cubism4Parameters {
  ids: string[];
  values: Float32Array;
  minimumValues: Float32Array;
  maximumValues: Float32Array;
  defaultValues: Float32Array;
}

/** Parameters of a Cubism 3 or later model. Models converted from Cubism 2 keep the old spelling of their ids. */
export function rigOfCubism4(parameters: Cubism4Parameters): Rig {
  const { ids, values, minimumValues, maximumValues, defaultValues } = parameters;
  const places = new Map(ids.map((id, index) => [id, index]));
  return {
    ids,
    find: (id) => places.get(id) ?? places.get(cubism2Spelling(id)) ?? -1,
    get: (index) => values[index] ?? 0,
    set(index, value) {
      values[index] = Math.min(maximumValues[index] ?? value, Math.max(minimumValues[index] ?? value, value));
    },
    range: (index) => ({
      min: minimumValues[index] ?? 0,
      max: maximumValues[index] ?? 1,
      initial: defaultValues[index] ?? 0,
    }),
  };
}

/** What the rig needs of a Cubism 2 model. */
export interface Cubism2Parameters {
  getParamIndex(id: string): number;
  getParamFloat(index: number): number;
  setParamFloat(index: number, value: number): unknown;
}

/** Parameters of a Cubism 2 model, whose core keeps ids and ranges to itself: the ranges are the customary ones. */
export function rigOfCubism2(core: Cubism2Parameters): Rig {
  const names: string[] = [];
  const places = new Map<string, number>();
  function find(id: string): number {
    let index = places.get(id);
    if (index === undefined) {
      index = [id, cubism2Spelling(id)].map((name) => core.getParamIndex(name)).find((place) => place >= 0) ?? -1;
      places.set(id, index);
      if (index >= 0) names[index] = id;
    }
    return index;
  }
  return {
    ids: [],
    find,
    get: (index) => core.getParamFloat(index),
    set: (index, value) => void core.setParamFloat(index, value),
    range: (index) => customaryRange(names[index] ?? ""),
  };
}

/** Ranges of standard parameters: https://docs.live2d.com/en/cubism-editor-manual/standard-parameter-list/ */
function customaryRange(id: string): Range {
  const name = id.toLowerCase().replaceAll("_", "");
  if (name.includes("bodyangle")) return { min: -10, max: 10, initial: 0 };
  if (name.includes("angle") && !name.includes("brow")) return { min: -30, max: 30, initial: 0 };
  if (/eye[lr]open/.test(name)) return { min: 0, max: 1, initial: 1 };
  if (/openy|smile|breath|cheek/.test(name)) return { min: 0, max: 1, initial: 0 };
  return { min: -1, max: 1, initial: 0 };
}
