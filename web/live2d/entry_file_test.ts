import { assertEquals, assertThrows } from "@std/assert";
import { StageError } from "./errors.ts";
import { idleGroup } from "./idle_group.ts";
import { readSettings } from "./entry_file.ts";

const URL_ = "http://localhost/model/a.model3.json";

Deno.test("U5: readSettings() names motions as the model does, and else by their files", () => {
  const Motions = {
    "": [{ File: "m/mtn_01.motion3.json", Name: "Wave" }, { File: "m/mtn_02.motion3.json", Name: "" }],
  };
  const { motions } = readSettings({ FileReferences: { Moc: "a.moc3", Textures: ["a.png"], Motions } }, URL_);
  assertEquals(motions.get(""), ["Wave", "mtn_02"]);
});

Deno.test("readSettings() reads both formats into the same shape", () => {
  const newer = readSettings({
    FileReferences: {
      Moc: "a.moc3",
      Textures: ["a.png"],
      Physics: "p.json",
      Expressions: [{ Name: "smile", File: "s.json" }],
      Motions: { Idle: [{ File: "i.json" }], Tap: [] },
    },
    Groups: [{ Target: "Parameter", Name: "LipSync", Ids: ["ParamA"] }],
  }, URL_);
  const older = readSettings({
    model: "a.moc",
    textures: ["a.png"],
    physics: "p.json",
    expressions: [{ name: "smile", file: "s.json" }],
    motions: { idle: [{ file: "i.mtn" }] },
  }, URL_);
  const shape = {
    textures: ["a.png"],
    physics: "p.json",
    pose: null,
    expressions: [{ name: "smile", file: "s.json" }],
  };
  for (const { textures, physics, pose, expressions } of [newer, older]) {
    assertEquals({ textures, physics, pose, expressions }, shape);
  }
  assertEquals([newer.generation, newer.lipSync, newer.motions], [4, ["ParamA"], new Map([["Idle", ["i"]]])]);
  assertEquals([older.generation, older.lipSync, older.motions], [
    2,
    ["PARAM_MOUTH_OPEN_Y"],
    new Map([["idle", ["i"]]]),
  ]);
});

Deno.test("readSettings() reads a model with nothing but a moc and a texture, or with nonsense beside them", () => {
  for (const nonsense of [undefined, null, 1, "x", [], [null, 1, {}], { a: null, b: [1] }]) {
    const settings = readSettings({
      FileReferences: { Moc: "a.moc3", Textures: ["a.png"], Motions: nonsense, Expressions: nonsense, Pose: nonsense },
      Groups: nonsense,
      HitAreas: nonsense,
    }, URL_);
    assertEquals([settings.motions.size, settings.expressions, settings.lipSync], [0, [], []]);
  }
});

Deno.test("readSettings() refuses what is no model, naming the file", () => {
  for (const json of [null, 1, {}, { FileReferences: {} }, { FileReferences: { Moc: "a.moc3", Textures: [] } }]) {
    assertThrows(() => readSettings(json, URL_), StageError, URL_);
  }
});

Deno.test("readSettings() names motions by their files", () => {
  const Motions = { "": ["motions/wave%201.motion3.json", "a\\50%.motion3.json", "x.json"].map((File) => ({ File })) };
  const settings = readSettings({ FileReferences: { Moc: "a", Textures: ["b"], Motions } }, URL_);
  assertEquals(settings.motions, new Map([["", ["wave 1", "50%", "x"]]]));
});

Deno.test("M2: the idle motion of VTube Studio comes before any other", () => {
  assertEquals(idleGroup(["Idle", "sway"], "sway"), "sway");
  assertEquals(idleGroup(["Idle"], "gone"), "Idle");
});

Deno.test("M6: idleGroup() finds the idle motions in the languages and habits of their authors, by whole words", () => {
  const cases: [string[], string][] = [
    [["tap", ""], ""],
    [["login", "home"], "home"],
    [["触摸", "待机"], "待机"],
    [["タップ", "待機モーション"], "待機モーション"],
    [["アイドル"], "アイドル"],
    [["mainWait_01", "tap"], "mainWait_01"],
    [["Understanding", "Homework", "awaiting", "loophole"], "\0"],
    [["Understanding", ""], ""],
    [["home", "Idle"], "Idle"],
    [["TapBody", "Idle"], "Idle"],
    [["idle", "tap"], "idle"],
    [["IDLE"], "IDLE"],
    [["main_idle_1", "tap"], "main_idle_1"],
    [["tap"], "\0"],
  ];
  for (const [groups, expected] of cases) assertEquals(idleGroup(groups), expected);
});
