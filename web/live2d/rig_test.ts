import { assertEquals } from "@std/assert";
import { cubism2Spelling, rigOfCubism2, rigOfCubism4 } from "./rig.ts";

Deno.test("cubism2Spelling() spells standard parameters as Cubism 2 does", () => {
  const cases = {
    ParamAngleX: "PARAM_ANGLE_X",
    ParamEyeLOpen: "PARAM_EYE_L_OPEN",
    ParamMouthOpenY: "PARAM_MOUTH_OPEN_Y",
    ParamBodyAngleX: "PARAM_BODY_ANGLE_X",
    ParamEyeBallX: "PARAM_EYE_BALL_X",
    ParamA: "PARAM_A",
  };
  for (const [newer, older] of Object.entries(cases)) assertEquals(cubism2Spelling(newer), older);
});

Deno.test("rigOfCubism4() knows a parameter by either spelling, and keeps values in range", () => {
  const one = (value: number) => Float32Array.of(value);
  const rig = rigOfCubism4({
    ids: ["PARAM_ANGLE_X"],
    values: one(0),
    minimumValues: one(-30),
    maximumValues: one(30),
    defaultValues: one(0),
  });
  assertEquals([rig.find("ParamAngleX"), rig.find("PARAM_ANGLE_X"), rig.find("ParamAngleY")], [0, 0, -1]);
  rig.set(0, 99);
  assertEquals(rig.get(0), 30);
});

Deno.test("rigOfCubism2() finds only parameters that the model has, though its core makes new ones", () => {
  const ids = ["PARAM_ANGLE_X", "PARAM_MOUTH_OPEN_Y"];
  const core = {
    getParamIndex: (id: string) => ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1,
    getParamFloat: (index: number) => index / 2,
    setParamFloat() {},
  };
  const rig = rigOfCubism2(core, { getParamMin: () => -1, getParamMax: () => 1 });
  assertEquals([rig.count, rig.find("ParamMouthOpenY"), rig.find("PARAM_ANGLE_X")], [2, 1, 0]);
  assertEquals([rig.find("ParamTail"), rig.find("PARAM_TAIL")], [-1, -1]);
  assertEquals(rig.range(1), { min: -1, max: 1, initial: 0.5 });
});
