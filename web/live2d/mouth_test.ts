import { assert, assertEquals } from "@std/assert";
import { Mouth } from "./mouth.ts";
import { standardRig, valueOf } from "./standard_rig_fixture.ts";

const FRAME = { real: 1 / 60, scaled: 1 / 60 };

/** Openness of the mouth in each of so many seconds' frames, over what a motion does with it. */
function play(mouth: Mouth, seconds: number, id: string, motion = 0): number[] {
  return Array.from({ length: Math.round(seconds * 60) }, () => {
    const rig = standardRig();
    rig.set(rig.find(id), motion);
    mouth.apply(rig, FRAME);
    return valueOf(rig, id);
  });
}

Deno.test("Mouth moves with streamed text, by the model's own parameter, and closes when it is said", () => {
  for (const id of ["ParamA", "ParamMouthOpenY"]) {
    const mouth = new Mouth([id]);
    mouth.setText("t", "Hello there, my friend. ");
    assert(Math.max(...play(mouth, 1, id)) > 0.5);
    mouth.setText("t", null);
    play(mouth, 3, id);
    assertEquals(play(mouth, 0.1, id).every((open) => open === 0), true);
  }
});

Deno.test("Mouth speaks whatever the language", () => {
  for (const text of ["こんにちは、元気ですか", "你好，很高兴认识你", "Здравствуйте", "안녕하세요", "مرحبا"]) {
    const mouth = new Mouth([]);
    mouth.setText("t", text);
    assert(Math.max(...play(mouth, 1, "ParamMouthOpenY")) > 0.15, text);
  }
});

Deno.test("Mouth opens without jumps, though a motion holds it shut", () => {
  const mouth = new Mouth(["ParamMouthOpenY"]);
  mouth.setText("t", "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  const opening = play(mouth, 1, "ParamMouthOpenY");
  assert(Math.max(...opening) > 0.5);
  assert(opening.every((open, index) => open - (opening[index - 1] ?? 0) < 0.5));
});

Deno.test("Mouth has the last word over a motion while speaking, and gives the mouth back", () => {
  const mouth = new Mouth(["ParamMouthOpenY"]);
  mouth.setText("t", "Hello there, my friend. ");
  assert(Math.min(...play(mouth, 1, "ParamMouthOpenY", 1)) < 0.5);
  mouth.setText("t", null);
  assert((play(mouth, 5, "ParamMouthOpenY", 0.8).at(-1) ?? 0) > 0.79);
});

Deno.test("Mouth does not repeat what it has said when the text grows", () => {
  const mouth = new Mouth([]);
  mouth.setText("t", "aaa");
  play(mouth, 2, "ParamMouthOpenY");
  mouth.setText("t", "aaa");
  assertEquals(Math.max(...play(mouth, 1, "ParamMouthOpenY")) < 0.01, true);
});

Deno.test("M10: Mouth moves what opens, of parameters for lip sync that also shape the mouth", () => {
  const cases: [ids: string[], opening: string, still: string[]][] = [
    [["ParamMouthForm", "ParamMouthOpenY"], "ParamMouthOpenY", ["ParamMouthForm"]],
    [["PARAM_MOUTH_FORM", "ParamMouthOpenY"], "ParamMouthOpenY", ["ParamMouthForm"]],
    [["ParamMouthForm"], "ParamMouthOpenY", ["ParamMouthForm"]],
    [["ParamA", "ParamGlasses"], "ParamA", ["ParamGlasses"]],
    [["ParamNotThere"], "ParamMouthOpenY", []],
  ];
  for (const [ids, opening, still] of cases) {
    const mouth = new Mouth(ids);
    const rig = standardRig();
    mouth.setText("t", "Hello there, my friend. ");
    let most = 0;
    for (let frame = 0; frame < 60; frame++) {
      mouth.apply(rig, FRAME);
      most = Math.max(most, valueOf(rig, opening));
      for (const id of still) assertEquals(valueOf(rig, id), 0, id);
    }
    assert(most > 0.5, ids.join());
  }
});
