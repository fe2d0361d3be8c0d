import { assertEquals } from "@std/assert";
import { facesFor } from "./emotions.ts";
import { type Expression, readExpression } from "./expressions.ts";
import { type Rig, rigOfCubism4 } from "./rig.ts";
import { emotionOf } from "@/lib/protocol/emotions.ts";

const MODELS = new URL("../../../shared/models/", import.meta.url);
const missing = !await Deno.stat(MODELS).then(() => true, () => false);
const unless = missing ? " (skipped: no shared models)" : "";

/** A rig on which every parameter goes from -1 to 1, but for eyes, which start open. */
function rigWith(ids: string[]): Rig {
  const fill = (value: (id: string) => number) => Float32Array.from(ids, value);
  const open = (id: string) => /Eye[LR]Open/.test(id);
  return rigOfCubism4({
    ids,
    values: fill((id) => open(id) ? 1 : 0),
    minimumValues: fill((id) => open(id) ? 0 : -1),
    maximumValues: fill((id) => open(id) ? 1.5 : 1),
    defaultValues: fill((id) => open(id) ? 1 : 0),
  });
}

async function expressionsOf(folder: string): Promise<Expression[]> {
  const expressions: Expression[] = [];
  for await (const { name } of Deno.readDir(new URL(folder, MODELS))) {
    const json: unknown = JSON.parse(await Deno.readTextFile(new URL(folder + name, MODELS)));
    expressions.push(readExpression(name.replace(".exp3.json", ""), json));
  }
  return expressions.toSorted((a, b) => a.name.localeCompare(b.name));
}

function table(expressions: Expression[], overrides: Record<string, string> = {}): Record<string, string> {
  const ids = [...new Set(expressions.flatMap((expression) => expression.changes.map((change) => change.id)))];
  const faces = facesFor(expressions, rigWith(ids), overrides);
  const own = [...faces].filter(([, face]) => expressions.includes(face));
  return Object.fromEntries(own.map(([emotion, face]) => [emotion, face.name]).toSorted());
}

Deno.test({
  name: `facesFor() finds the true faces of Mao${unless}`,
  ignore: missing,
  async fn() {
    assertEquals(table(await expressionsOf("mao_pro/runtime/expressions/")), {
      happy: "exp_02",
      sleepy: "exp_03",
      excited: "exp_04",
      sad: "exp_05",
      shy: "exp_06",
      surprised: "exp_07",
      angry: "exp_08",
    });
  },
});

Deno.test({
  name: `facesFor() finds the true faces of Haru${unless}`,
  ignore: missing,
  async fn() {
    assertEquals(table(await expressionsOf("haru/runtime/expressions/")), {
      happy: "F05",
      angry: "F03",
      sad: "F04",
      surprised: "F06",
      shy: "F07",
    });
  },
});

function expression(name: string, changes: Record<string, number>): Expression {
  const list = Object.entries(changes).map(([id, value]) => ({ id, value, blend: "add" as const }));
  return { name, fadeIn: 1, fadeOut: 1, changes: list };
}

Deno.test("facesFor() trusts a name that says the feeling before what it looks like", () => {
  assertEquals(table([expression("Angry face", { ParamEyeLSmile: 1 }), expression("b", { ParamEyeLSmile: 0.9 })]), {
    angry: "Angry face",
    happy: "b",
  });
});

Deno.test("facesFor() takes no expression for a face that leaves the face alone", () => {
  assertEquals(table([expression("glasses", { ParamGlasses: 1 }), expression("happy coat", { ParamCoat: 1 })]), {});
});

Deno.test("F2: facesFor() believes names in three languages where the parameters are the owner's own", () => {
  const names = [
    "angry",
    "照相",
    "怒江",
    "脸红",
    "03_哭哭",
    "星星眼",
    "びっくり顔",
    "CryFace2",
    "不开心",
    "开心",
    "眠い",
    "生气的帽子和外套",
    "hat",
  ];
  const expressions = names.map((name, at) => expression(name, { [`Param${at}`]: 1 }));
  assertEquals(table(expressions), {
    angry: "angry",
    shy: "脸红",
    sad: "03_哭哭",
    excited: "星星眼",
    surprised: "びっくり顔",
    happy: "开心",
    sleepy: "眠い",
  });
});

Deno.test("F2: facesFor() takes a face that is named and seen before one that is only named", () => {
  const expressions = [expression("哭", { Param7: 1 }), expression("crying", { ParamMouthForm: -1, ParamTear: 1 })];
  assertEquals(table(expressions)["sad"], "crying");
});

Deno.test("facesFor() lets the configuration decide, by any word for a feeling", () => {
  const expressions = [expression("a", { ParamEyeLSmile: 1 }), expression("b", { ParamGlasses: 1 })];
  assertEquals(table(expressions, { joy: "b", sad: "nothing like that" }), { happy: "b" });
});

Deno.test("facesFor() gives a model without expressions poses of the parameters that it has", () => {
  assertEquals(facesFor([], rigWith(["ParamMouthForm"])).get("sad")?.name, "sad");
  assertEquals(facesFor([], rigWith(["ParamHair"])).size, 0);
});

Deno.test("emotionOf() knows the words of other programs, and no others", () => {
  const words = { joy: "happy", " Sadness": "sad", FEAR: "scared", neutral: "neutral", happy: "happy", table: null };
  for (const [word, emotion] of Object.entries(words)) assertEquals(emotionOf(word), emotion, word);
});
