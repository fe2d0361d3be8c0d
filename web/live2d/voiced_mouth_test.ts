/** The mouth that follows a voice, on every kind of model. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Mouth } from "./mouth.ts";
import {
  HARU,
  HIYORI,
  MAO,
  MOUTH_MODELS,
  type MouthModel,
  SHIZUKU,
  SYNCED,
  UNGROUPED,
  VBRIDGER,
} from "./mouth_models_fixture.ts";
import { MouthRecorder } from "./mouth_recorder.ts";
import { standardRig, valueOf } from "./standard_rig_fixture.ts";
import type { MouthPose, MouthPoseSource } from "@/web/presence/presence.ts";

/** Values of a model's parameters after so many frames of a second in which a pose is held. */
function hold(model: MouthModel, pose: MouthPose, motion: Record<string, number> = {}): Record<string, number> {
  const mouth = new Mouth(model.lipSync, model.motionSync);
  mouth.source = () => pose;
  const rig = standardRig(model.ranges);
  for (let frame = 0; frame < 60; frame++) {
    for (const [id, [, , initial]] of Object.entries(model.ranges)) rig.set(rig.find(id), motion[id] ?? initial);
    mouth.apply(rig, { real: 1 / 60, scaled: 1 / 60 });
  }
  return Object.fromEntries(Object.keys(model.ranges).map((id) => [id, Number(valueOf(rig, id).toFixed(2)) + 0]));
}

Deno.test("a makes a wide opening, i widens, u narrows, and closed lips are shut, on every kind of model", () => {
  const cases: [MouthModel, opening: string, width: string | null][] = [
    [HIYORI, "ParamMouthOpenY", "ParamMouthForm"],
    [HARU, "ParamMouthOpenY", "ParamMouthForm"],
    [SHIZUKU, "PARAM_MOUTH_OPEN_Y", "PARAM_MOUTH_FORM"],
    [VBRIDGER, "ParamMouthOpenY", "ParamMouthPuckerWiden"],
    [UNGROUPED, "PARAM_MOUTH_OPEN_Y", null],
    [SYNCED, "ParamMouthOpenY", "ParamMouthForm"],
  ];
  for (const [model, opening, width] of cases) {
    const [a, i, u, closed] = [{ a: 1 }, { i: 1 }, { u: 1 }, { closed: 1 }].map((pose) => hold(model, pose));
    const of = (values: Record<string, number> | undefined, id: string) => values?.[id] ?? NaN;
    assert(of(a, opening) >= 0.9 && of(a, opening) <= 1, `${model.name} a ${of(a, opening)}`);
    assert(of(i, opening) < 0.5 && of(u, opening) < 0.5, model.name);
    assertEquals(of(closed, opening), 0, model.name);
    if (width !== null) assert(of(i, width) - of(u, width) > 1, `${model.name} ${of(i, width)} ${of(u, width)}`);
  }
  assertEquals(hold(VBRIDGER, { closed: 1 })["ParamMouthPressLipOpen"], -0.72);
  assert((hold(VBRIDGER, { u: 1 })["ParamMouthFunnel"] ?? 0) > 0.5);
  assert((hold(VBRIDGER, { a: 1 })["ParamJawOpen"] ?? 0) > 0.5);
});

Deno.test("a model with a set of vowels shows each by its own parameter, and leaves other moods of its mouth alone", () => {
  for (const [vowel, id] of Object.entries({ a: "ParamA", i: "ParamI", u: "ParamU", e: "ParamE", o: "ParamO" })) {
    const rest = { ParamA: 0, ParamI: 0, ParamU: 0, ParamE: 0, ParamO: 0, ParamMouthUp: 1, ParamMouthDown: 0 };
    assertEquals(hold(MAO, { [vowel]: 0.8 }), { ...rest, [id]: 0.8 });
    assertEquals(hold(MAO, { closed: 1 }), rest);
  }
});

Deno.test("vowels that a model has no shape for are made of those it has, by either spelling", () => {
  const ranges = { PARAM_A: [0, 1, 0], PARAM_I: [0, 1, 0], PARAM_U: [0, 1, 0] } as const;
  const model: MouthModel = { name: "three vowels", lipSync: ["PARAM_A"], ranges };
  assertEquals(hold(model, { e: 1 }), { PARAM_A: 0.4, PARAM_I: 0.5, PARAM_U: 0 });
  assertEquals(hold(model, { o: 1 }), { PARAM_A: 0.4, PARAM_I: 0, PARAM_U: 0.5 });
  const opened: MouthModel = {
    name: "vowels that shape an opening",
    lipSync: ["ParamMouthOpenY"],
    ranges: { ParamA: [0, 1, 0], ParamI: [0, 1, 0], ParamU: [0, 1, 0], ParamMouthOpenY: [0, 1, 0] },
  };
  assertEquals(hold(opened, { a: 1 }), { ParamA: 1, ParamI: 0, ParamU: 0, ParamMouthOpenY: 1 });
});

Deno.test("VBridger's names are known without Param before them", () => {
  const ranges = Object.fromEntries(Object.entries(VBRIDGER.ranges).map(([id, range]) => [id.slice(5), range]));
  const wide = hold({ name: "bare", lipSync: [], ranges }, { i: 1 });
  assert((wide["MouthPuckerWiden"] ?? 0) > 0.7 && (wide["MouthOpenY"] ?? 1) < 0.5);
});

Deno.test("a setup for motion-sync comes before everything else, with its own values for each vowel", () => {
  assertEquals(hold(SYNCED, { a: 1 }), { ParamMouthForm: 0, ParamMouthOpenY: 0.9 });
  assertEquals(hold(SYNCED, { u: 1 }), { ParamMouthForm: -1, ParamMouthOpenY: 0.3 });
  assertEquals(hold(SYNCED, { rest: 1 }), { ParamMouthForm: 0.5, ParamMouthOpenY: 0 });
  // At a blend ratio of 0.3 the strongest of two has the most to say.
  assertEquals(hold(SYNCED, { a: 0.6, i: 0.4 })["ParamMouthOpenY"], Number((0.88 * 0.9 + 0.12 * 0.2).toFixed(2)));
});

Deno.test("nothing flaps while a voice rests, whatever a motion does with the mouth", () => {
  for (const model of MOUTH_MODELS) {
    const [opening] = Object.keys(model.ranges).filter((id) => /ParamA$|OPEN_Y|OpenY/.test(id));
    assert(opening !== undefined);
    for (const pose of [{}, { rest: 1 }]) {
      assertEquals(hold(model, pose, { [opening]: 0.8 })[opening], 0, `${model.name} ${opening}`);
    }
  }
});

Deno.test("whoever smiles speaks with a smile", () => {
  const { ParamMouthForm: smile = 0 } = hold(HIYORI, { a: 1 }, { ParamMouthForm: 1 });
  const { ParamMouthForm: pout = 0 } = hold(HIYORI, { a: 1 }, { ParamMouthForm: -1 });
  assertEquals([smile, pout], [1, -1]);
});

/** Openings of Mao's mouth, as they are seen at each millisecond, while a pose changes in time. */
function watch(fps: number, source: (at: number) => MouthPose, seconds: number, end = Infinity): Float64Array {
  const mouth = new Mouth(MAO.lipSync);
  const seen = new Float64Array(seconds * 1000);
  for (let frame = 0; frame * 1000 / fps < seen.length; frame++) {
    const now = frame * 1000 / fps;
    mouth.source = now >= end ? null : (ahead = 0) => source(now + ahead);
    const rig = standardRig(MAO.ranges);
    mouth.apply(rig, { real: 1 / fps, scaled: 1 / fps });
    seen.fill(valueOf(rig, "ParamA"), Math.ceil(now));
  }
  return seen;
}

/** Now and then half a second of an a. */
const knocking = (at: number): MouthPose => at % 1000 < 500 ? {} : { a: 1 };

Deno.test("the mouth is seen open when the vowel is heard, and smooth, at 24, 30, 60 and 144 frames a second alike", () => {
  for (const fps of [24, 30, 60, 144]) {
    const seen = watch(fps, knocking, 8);
    const offsets = [];
    for (let vowel = 1; vowel < 7; vowel++) {
      offsets.push(seen.findIndex((open, at) => at > vowel * 1000 && open >= 0.5) - (vowel * 1000 + 500));
      offsets.push(seen.findIndex((open, at) => at > vowel * 1000 + 800 && open < 0.5) - (vowel + 1) * 1000);
    }
    const mean = offsets.reduce((sum, one) => sum + one, 0) / offsets.length;
    assert(offsets.every((offset) => Math.abs(offset) <= 500 / fps + 8), `${fps} ${offsets}`);
    assert(Math.abs(mean) <= 250 / fps + 5, `${fps} mean ${mean}`);
  }
  // The same way, whatever the frame rate: seen at the times of both.
  const [slow, fast] = [watch(30, knocking, 3), watch(120, knocking, 3)];
  for (let at = 1000; at < 3000; at += 100) {
    assertAlmostEquals(slow[at + 15] ?? NaN, fast[at + 15] ?? NaN, 0.12, `${at}`);
  }
  const steps = watch(60, knocking, 3);
  for (let at = 17; at < steps.length; at++) {
    assert(Math.abs((steps[at] ?? 0) - (steps[at - 17] ?? 0)) < 0.6, `jumps at ${at}`);
  }
});

Deno.test("a p between two vowels is seen", () => {
  for (const fps of [30, 60]) {
    const seen = watch(fps, (at) => at % 300 >= 200 && at % 300 < 270 ? { closed: 1 } : { a: 1 }, 3);
    for (let p = 1; p < 9; p++) {
      assert(Math.min(...seen.subarray(p * 300 + 200, p * 300 + 290)) < 0.2, `${fps} ${p}`);
    }
  }
});

Deno.test("the mouth is shut 120 ms after the last sound, and then belongs to the motion again", () => {
  for (const fps of [24, 60]) {
    const seen = watch(fps, () => ({ a: 1 }), 2, 1000);
    assert((seen[990] ?? 0) > 0.95);
    assert((seen[1120] ?? 1) < 0.1, `${fps} ${seen[1120]}`);
  }
  const mouth = new Mouth(MAO.lipSync);
  const rig = standardRig(MAO.ranges);
  mouth.source = () => ({});
  for (let frame = 0; frame < 120; frame++) {
    if (frame === 30) mouth.source = null;
    rig.set(rig.find("ParamA"), 0.6);
    mouth.apply(rig, { real: 1 / 60, scaled: 1 / 60 });
  }
  assertAlmostEquals(valueOf(rig, "ParamA"), 0.6, 0.02);
});

Deno.test("what is said aloud is not said once more by the text", () => {
  const mouth = new Mouth(MAO.lipSync);
  const rig = standardRig(MAO.ranges);
  const step = { real: 1 / 60, scaled: 1 / 60 };
  mouth.source = () => ({});
  mouth.setText("t", "aaa");
  for (let frame = 0; frame < 120; frame++) mouth.apply(rig, step);
  mouth.source = null;
  let most = 0;
  for (let frame = 0; frame < 60; frame++) {
    mouth.apply(rig, step);
    most = Math.max(most, valueOf(rig, "ParamA"));
  }
  assertEquals(most, 0);
});

Deno.test("MouthRecorder notes what is wanted and what is applied in each frame, by both clocks, until it is shut", () => {
  let now = 0;
  const mouth = new Mouth(MAO.lipSync);
  const recorder = mouth.recorder = new MouthRecorder(() => now);
  const source: MouthPoseSource = () => ({ o: 1 });
  source.playhead = () => now - 40;
  mouth.source = source;
  const rig = standardRig(MAO.ranges);
  for (; now < 320; now += 16) mouth.apply(rig, { real: 0.016, scaled: 0.016 });
  const last = recorder.frames.at(-1);
  assertEquals([recorder.frames.length, last?.at, last?.playhead, last?.wanted], [20, 304, 264, { o: 1 }]);
  assert((last?.applied["ParamO"] ?? 0) > 0.99 && last?.applied["ParamA"] === 0);
  mouth.source = null;
  for (; now < 3_000; now += 16) mouth.apply(rig, { real: 0.016, scaled: 0.016 });
  const shut = recorder.frames.at(-1);
  assertEquals([shut?.playhead, shut?.wanted, recorder.frames.length < 150], [null, {}, true]);
  assert((shut?.applied["ParamO"] ?? 1) < 0.02);
});
