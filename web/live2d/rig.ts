/** Time that a frame takes, in seconds. */
export interface Step {
  /** As the clock on the wall has it. */
  real: number;
  /** In the model's own time, which `timeScale` speeds up or slows down. */
  scaled: number;
}

/** The parameters of a model, by index, the same way for every generation of Cubism. */
export interface Rig {
  /** Number of parameters; their indexes come before it. */
  readonly count: number;
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
    count: ids.length,
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

/** What the rig needs of a Cubism 2 model; the types of the framework leave the context's ranges out. */
export interface Cubism2Core {
  getParamIndex(id: string): number;
  getParamFloat(index: number): number;
  setParamFloat(index: number, value: number): unknown;
}

export interface Cubism2Ranges {
  getParamMin(index: number): number;
  getParamMax(index: number): number;
}

/** Parameters of a Cubism 2 model, as they are now: these values count as its initial ones. */
export function rigOfCubism2(core: Cubism2Core, ranges: Cubism2Ranges): Rig {
  // This core makes a new parameter for a name that it does not know: those that were there come before it.
  const count = core.getParamIndex("VTUBER_END");
  const initial = Array.from({ length: count }, (_, index) => core.getParamFloat(index));
  const places = new Map<string, number>();
  return {
    count,
    find(id) {
      let index = places.get(id);
      if (index === undefined) {
        index = core.getParamIndex(id.startsWith("Param") ? cubism2Spelling(id) : id);
        if (index >= count) index = -1;
        places.set(id, index);
      }
      return index;
    },
    get: (index) => core.getParamFloat(index),
    set: (index, value) => void core.setParamFloat(index, value),
    range: (index) => ({
      min: ranges.getParamMin(index),
      max: ranges.getParamMax(index),
      initial: initial[index] ?? 0,
    }),
  };
}
