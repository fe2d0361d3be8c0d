import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { directionTo, Gaze } from "./gaze.ts";
import { standardRig, valueOf } from "./standard_rig_fixture.ts";

Deno.test("directionTo() points up for a place above, and never beyond 1", () => {
  assertEquals(directionTo(0, 0, 500), { x: 0, y: -0 });
  const { x, y } = directionTo(100_000, -100_000, 500);
  assert(x > 0.99 && x <= 1 && y > 0.99 && y <= 1);
});

/** Plays a gaze on a fresh face and tells the parameters at the end. */
function look(gaze: Gaze, seconds: number) {
  let rig = standardRig();
  for (let time = 0; time < seconds; time += 1 / 60) {
    rig = standardRig();
    gaze.apply(rig, { real: 1 / 60, scaled: 1 / 60 });
  }
  return rig;
}

Deno.test("Gaze turns eyes, head and body towards where it looks, the eyes first", () => {
  const gaze = new Gaze();
  gaze.lookAt({ x: 1, y: 0 });
  const early = look(gaze, 0.1);
  assert(valueOf(early, "ParamEyeBallX") > 0.5);
  assert(valueOf(early, "ParamAngleX") < 15);
  const later = look(gaze, 2);
  assert(valueOf(later, "ParamAngleX") > 20);
  assert(valueOf(later, "ParamBodyAngleX") > 4);
});

Deno.test("Gaze is the same whatever the frame rate", () => {
  const [slow, fast] = [new Gaze(), new Gaze()];
  for (const gaze of [slow, fast]) gaze.lookAt({ x: 0.6, y: -0.4 });
  const once = standardRig();
  slow.apply(once, { real: 0.5, scaled: 0.5 });
  const often = look(fast, 0.5 - 1e-9);
  assertAlmostEquals(valueOf(once, "ParamAngleX"), valueOf(often, "ParamAngleX"), 0.3);
});

Deno.test("Gaze wanders when nothing moves, but not for those who want calm", () => {
  for (const calm of [false, true]) {
    const gaze = new Gaze(() => 0.1);
    gaze.calm = calm;
    assertEquals(Math.abs(valueOf(look(gaze, 2), "ParamEyeBallX")) > 0.05, !calm);
  }
});

Deno.test("Gaze stays at home while it has one", () => {
  const gaze = new Gaze();
  gaze.home = { x: -0.5, y: 0.5 };
  gaze.lookAt({ x: 1, y: -1 });
  const rig = look(gaze, 3);
  assert(valueOf(rig, "ParamAngleX") < -5 && valueOf(rig, "ParamAngleY") > 5);
});
