import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Expression } from "./expressions.ts";
import { Face } from "./face.ts";
import { standardRig, valueOf } from "./standard_rig_fixture.ts";

const SMILE: Expression = {
  name: "smile",
  fadeIn: 0.5,
  fadeOut: 0.5,
  changes: [{ id: "ParamMouthForm", value: 1, blend: "add" }, { id: "ParamEyeLOpen", value: 0, blend: "multiply" }],
};
const FROWN: Expression = {
  name: "frown",
  fadeIn: 1,
  fadeOut: 1,
  changes: [{ id: "ParamMouthForm", value: -1, blend: "add" }],
};
const GLASSES: Expression = {
  name: "glasses",
  fadeIn: 0,
  fadeOut: 0,
  changes: [{ id: "ParamGlasses", value: 1, blend: "overwrite" }],
};

/** The face after so many seconds. */
function after(face: Face, seconds: number) {
  for (let left = seconds; left > 0.05; left -= 0.05) face.apply(standardRig(), { real: 0.05, scaled: 0.05 });
  const rig = standardRig();
  face.apply(rig, { real: 0.05, scaled: 0.05 });
  return rig;
}

Deno.test("Face fades a feeling in by its own time, as strong as it is", () => {
  const face = new Face();
  face.feel(SMILE, 0.5);
  const half = valueOf(after(face, 0.25), "ParamMouthForm");
  assert(half > 0.05 && half < 0.45);
  const rig = after(face, 0.5);
  assertAlmostEquals(valueOf(rig, "ParamMouthForm"), 0.5);
  assertAlmostEquals(valueOf(rig, "ParamEyeLOpen"), 0.5);
});

Deno.test("Face goes back to neutral by itself, but not while speaking", () => {
  const face = new Face();
  face.speaking = true;
  face.feel(SMILE);
  assertEquals(valueOf(after(face, 20), "ParamMouthForm"), 1);
  face.speaking = false;
  assertEquals(valueOf(after(face, 20), "ParamMouthForm"), 0);
});

Deno.test("Face changes from one feeling to the next without a jump", () => {
  const face = new Face();
  face.feel(SMILE);
  after(face, 1);
  face.feel(FROWN);
  let before = 1;
  for (let step = 0; step < 30; step++) {
    const now = valueOf(after(face, 0.05), "ParamMouthForm");
    assert(Math.abs(now - before) < 0.35);
    before = now;
  }
  assertAlmostEquals(before, -1);
});

Deno.test("Face never takes off what is kept on", () => {
  const face = new Face();
  face.keep(GLASSES, true);
  face.feel(SMILE);
  face.feel(null);
  assertEquals(valueOf(after(face, 20), "ParamGlasses"), 1);
  face.keep(GLASSES, false);
  assertEquals(valueOf(after(face, 0.1), "ParamGlasses"), 0);
});
