/** A face for tests: the standard parameters, without a model. */
import { type Rig, rigOfCubism4 } from "./rig.ts";

const RANGES: Ranges = {
  ParamAngleX: [-30, 30, 0],
  ParamAngleY: [-30, 30, 0],
  ParamAngleZ: [-30, 30, 0],
  ParamBodyAngleX: [-10, 10, 0],
  ParamEyeBallX: [-1, 1, 0],
  ParamEyeBallY: [-1, 1, 0],
  ParamEyeLOpen: [0, 1.2, 1],
  ParamEyeROpen: [0, 1.2, 1],
  ParamEyeLSmile: [0, 1, 0],
  ParamMouthForm: [-1, 1, 0],
  ParamMouthOpenY: [0, 1, 0],
  ParamA: [0, 1, 0],
  ParamBreath: [0, 1, 0],
  ParamGlasses: [0, 1, 0],
};

/** Least, most and initial value of parameters. */
export type Ranges = Readonly<Record<string, readonly [min: number, max: number, initial: number]>>;

/** A rig with the standard parameters, or those that are given, at their initial values. */
export function standardRig(ranges: Ranges = RANGES): Rig {
  const column = (place: 0 | 1 | 2) => Float32Array.from(Object.values(ranges), (range) => range[place]);
  return rigOfCubism4({
    ids: Object.keys(ranges),
    minimumValues: column(0),
    maximumValues: column(1),
    defaultValues: column(2),
    values: column(2),
  });
}

/** Value of a parameter. */
export function valueOf(rig: Rig, id: string): number {
  return rig.get(rig.find(id));
}
