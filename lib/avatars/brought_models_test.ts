/** Models as people bring them: each test is one kind of folder. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type CheckedModel, checkModel } from "./check_model.ts";
import { type Files, moc3, modelFiles, MOTION, PNG, textOf, zipOf } from "./model_fixture.ts";
import { ModelChoiceError, ModelError } from "./model_error.ts";
import { openZip } from "./zip.ts";
import { readExtras } from "@/lib/protocol/model_extras.ts";

async function check(files: Files, ask = false): Promise<CheckedModel> {
  return await checkModel(await openZip(await zipOf(files), "mia"), { ask });
}

async function documentOf(model: CheckedModel): Promise<Record<string, unknown>> {
  return JSON.parse(await textOf(model.files.get(model.entry)));
}

async function referencesOf(model: CheckedModel): Promise<Record<string, unknown>> {
  return (await documentOf(model))["FileReferences"] as Record<string, unknown>;
}

const ENTRY = String(modelFiles()["Mia.model3.json"]);

/** The files of a whole model in a folder of its own. */
function inFolder(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

Deno.test("M1: any JSON that describes a model by its content is the entry file", async () => {
  for (const name of ["index.json", "model3.json", "01.json", "runtime/ミア.json"]) {
    const folder = name.includes("/") ? "runtime/" : "";
    const files = Object.fromEntries(
      Object.entries(modelFiles({ "Mia.model3.json": undefined })).map(([path, content]) => [folder + path, content]),
    );
    const model = await check({ ...files, [name]: ENTRY, "package.json": "{}", "notes.json": "[1]", "bad.json": "{" });
    assertEquals([model.entry, model.cubism, model.warnings], [name.replace(folder, ""), 4, []], name);
  }
  const cubism2 = { "index.json": '{"model":"a.moc","textures":["a.png"]}', "a.moc": "moc\t", "a.png": PNG };
  assertEquals((await check(cubism2)).cubism, 2);
  await assertRejects(() => check({ "a.json": "{}", "b.exp3.json": ENTRY }), ModelError, "there is no .model3.json");
});

/** What VTube Studio leaves: its own file, and expressions and motions that the entry file does not list. */
function studioFolder(): Files {
  return {
    "Zoe.model3.json": JSON.stringify({
      Version: 3,
      FileReferences: {
        Moc: "Zoe.moc3",
        Textures: ["a.png"],
        Motions: { "": [{ File: "wave.motion3.json" }, { File: "gone.motion3.json" }, { File: "bow.motion3.json" }] },
      },
    }),
    "Zoe.moc3": moc3(),
    "a.png": PNG,
    "icon #1.png": PNG,
    "wave.motion3.json": MOTION,
    "bow.motion3.json": MOTION,
    "animations/sway.motion3.json": MOTION,
    "生气.exp3.json": '{"Type":"Live2D Expression","Parameters":[]}',
    "exp/Cry.exp3.json": '{"Parameters":[]}',
    "other/Hat.moc3": moc3(),
    "other/hat.exp3.json": "{}",
    "Zoe.vtube.json": JSON.stringify({
      Version: 1,
      Name: "Zoe the Great",
      FileReferences: { Icon: "icon #1.png", Model: "Zoe.model3.json", IdleAnimation: "sway.motion3.json" },
      Hotkeys: [
        { Name: "Angry", Action: "ToggleExpression", File: "生气.exp3.json" },
        { Name: "", Action: "ToggleExpression", File: "cry.exp3.json" },
        { Name: "Bow", Action: "TriggerAnimation", File: "bow.motion3.json" },
        { Name: "Gone", Action: "TriggerAnimation", File: "gone.motion3.json" },
        { Name: "Tint", Action: "ScreenColorOverlay", File: "" },
      ],
    }),
  };
}

Deno.test("M2: a folder of VTube Studio has its expressions, motions, idle motion, hotkeys, name and icon", async () => {
  const model = await check(studioFolder());
  const { Expressions, Motions } = await referencesOf(model);
  assertEquals(Expressions, [
    { Name: "Cry", File: "exp/Cry.exp3.json" },
    { Name: "生气", File: "生气.exp3.json" },
  ]);
  assertEquals(Motions, {
    "": [{ File: "wave.motion3.json" }, { File: "bow.motion3.json" }],
    sway: [{ File: "animations/sway.motion3.json" }],
  });
  assertEquals(readExtras(await documentOf(model)), {
    name: "Zoe the Great",
    icon: "icon%20%231.png",
    idle: "sway",
    hotkeys: [
      { name: "Angry", expression: "生气" },
      { name: "cry", expression: "Cry" },
      // After what is missing has been left out, it is the second one.
      { name: "Bow", motion: { group: "", index: 1 } },
    ],
  });
  assert(model.files.has("icon #1.png") && model.files.has("exp/Cry.exp3.json"));
  assert(!model.files.has("other/hat.exp3.json"), "another model's");
  assertEquals(model.warnings.map(({ message }) => message), ["motion gone.motion3.json is missing"]);
});

Deno.test("M2: an idle motion that the entry lists among others is played alone", async () => {
  const files = studioFolder();
  files["Zoe.vtube.json"] = String(files["Zoe.vtube.json"]).replace("sway.motion3.json", "bow.motion3.json");
  const model = await check(files);
  assertEquals(readExtras(await documentOf(model)).idle, "bow");
  assertEquals(((await referencesOf(model))["Motions"] as Record<string, unknown>)["bow"], [{
    File: "bow.motion3.json",
  }]);
});

Deno.test("M2: a file of VTube Studio that cannot be read is no reason to refuse its model", async () => {
  for (const studio of ["{", "[]", '{"FileReferences":[],"Hotkeys":{}}', '{"Hotkeys":[null,{"File":3}],"Name":7}']) {
    const model = await check({ ...studioFolder(), "Zoe.vtube.json": studio });
    assertEquals([model.entry, readExtras(await documentOf(model))], ["Zoe.model3.json", {}]);
  }
});

Deno.test("M3: a file that lies elsewhere in the folder is taken when its name is unique", async () => {
  const moved = modelFiles({
    "textures/texture_00.png": undefined,
    "4096/texture_00.png": PNG,
    "smile.exp3.json": undefined,
    "exp/smile.exp3.json": "{}",
  });
  const model = await check(moved);
  assertEquals([model.warnings, model.files.has("textures/texture_00.png"), model.files.has("smile.exp3.json")], [
    [],
    true,
    true,
  ]);
  const twice = { ...moved, "2048/texture_00.png": PNG };
  await assertRejects(() => check(twice), ModelError, "texture textures/texture_00.png is missing");
  const elsewhere = {
    ...inFolder("Mia", modelFiles({ "textures/texture_00.png": undefined })),
    "Zoe/texture_00.png": PNG,
  };
  await assertRejects(() => check(elsewhere), ModelError, "is missing");
});

Deno.test("M3: files that several models share beside their folders are taken, and served below the model's address", async () => {
  const shared = ENTRY.replace('"Mia.physics3.json"', '"../general/physics.json"').replace(
    "idle.motion3",
    "x/../../m.motion3",
  );
  const files = inFolder("models/mia", modelFiles({ "Mia.model3.json": shared, "Mia.physics3.json": undefined }));
  const model = await check({ ...files, "models/general/physics.json": "{}", "models/m.motion3.json": MOTION });
  const { Physics, Motions } = await referencesOf(model);
  assertEquals([Physics, Motions], [
    "shared/models/general/physics.json",
    { Idle: [{ File: "shared/models/m.motion3.json", Sound: "idle.wav" }], idle: [{ File: "idle.motion3.json" }] },
  ]);
  assertEquals([model.warnings, model.files.has("shared/models/general/physics.json")], [[], true]);
});

Deno.test("M4: capital letters do not matter when only one file fits", async () => {
  const changes = { "Mia.moc3": undefined, "mia.MOC3": moc3(), "textures/texture_00.png": undefined };
  const model = await check(modelFiles({ ...changes, "Textures/Texture_00.PNG": PNG }));
  assertEquals([model.warnings, model.files.has("Mia.moc3"), model.files.has("textures/texture_00.png")], [
    [],
    true,
    true,
  ]);
  const both = modelFiles({ ...changes, "Textures/texture_00.png": PNG, "TEXTURES/texture_00.png": PNG });
  await assertRejects(() => check(both), ModelError, "texture textures/texture_00.png is missing");
  const tree = await openZip(await zipOf(modelFiles()), "mia");
  assertEquals((await checkModel(tree, { entry: "mia.MODEL3.json" })).entry, "Mia.model3.json");
});

Deno.test("M5: a comma too many, comments and a byte order mark are read, and written as every browser reads them", async () => {
  const entry = `\uFEFF// mine\n${ENTRY.replace('"smile.exp3.json"}]', '"smile.exp3.json",},]')}`;
  assert(entry.includes(",},]"));
  const model = await check(modelFiles({ "Mia.model3.json": entry, "smile.exp3.json": '{"Parameters":[],}' }));
  assertEquals(model.warnings, []);
  assertEquals((await referencesOf(model))["Moc"], "Mia.moc3");
  assertEquals(JSON.parse(await textOf(model.files.get("smile.exp3.json"))), { Parameters: [] });
});

Deno.test("M5: of a broken entry file and a good one, the good one is taken", async () => {
  const model = await check(modelFiles({ "A.model3.json": "{", "B.model3.json": "[]" }), true);
  assertEquals(model.entry, "Mia.model3.json");
  assertEquals(model.warnings.map(({ message }) => message), [
    "A.model3.json is not JSON",
    "B.model3.json does not describe a Live2D model",
  ]);
});

Deno.test("M8: a character is meant rather than an item", async () => {
  const hat = (folder: string) => inFolder(folder, modelFiles({}, "hat"));
  const cases: Files[] = [
    { ...hat("Items"), ...inFolder("Zoe", modelFiles({}, "zoe")) },
    { ...hat("a/道具"), ...inFolder("a/deep/deeper/Zoe", modelFiles({}, "zoe")) },
    { ...hat("A"), ...inFolder("Zoe", modelFiles({ "zoe.vtube.json": "{}" }, "zoe")) },
    {
      ...hat("A"),
      ...inFolder(
        "Zoe",
        modelFiles({
          "zoe.model3.json": ENTRY.replaceAll("Mia", "zoe").replace(
            /}$/,
            ',"Groups":[{"Target":"Parameter","Name":"LipSync","Ids":["ParamMouthOpenY"]}]}',
          ),
        }, "zoe"),
      ),
    },
  ];
  for (const files of cases) assertEquals((await check(files, true)).entry, "zoe.model3.json");
});

Deno.test("M8: where it is not clear which model is meant, the reader is asked", async () => {
  const files = { ...inFolder("Mia", modelFiles()), ...inFolder("Zoe", modelFiles({}, "Zoe")) };
  const error = await assertRejects(() => check(files, true), ModelChoiceError, "there are 2 models in mia");
  assertEquals(error.entries, ["Mia/Mia.model3.json", "Zoe/Zoe.model3.json"]);
  const model = await check(files);
  assertEquals([model.entry, model.warnings.length], ["Mia.model3.json", 1]);
  // Two entry files for the same figure are one model: the one that has more.
  const poor = JSON.stringify({ FileReferences: { Moc: "mia.moc3", Textures: ["textures/texture_00.png"] } });
  assertEquals((await check(modelFiles({ "A.model3.json": poor }), true)).entry, "Mia.model3.json");
});

Deno.test("M11: a motion is counted anew, without curves that cannot be read", async () => {
  const good = { Target: "Parameter", Id: "A", Segments: [0, 0, 0, 1, 1, 1, 1.3, 1, 1.6, 0, 2, 0, 2, 3, 1] };
  const motion = {
    Version: 3,
    Meta: { Duration: 3, Fps: 30, CurveCount: 9, TotalSegmentCount: 1, TotalPointCount: 1 },
    Curves: [
      good,
      { Target: "Parameter", Id: "B", Segments: [] },
      { Target: "Parameter", Id: "C", Segments: [0, 1] },
      { Target: "Parameter", Id: "D", Segments: [0, 1, 7, 2, 3] },
      { Target: "Parameter", Id: "E", Segments: [0, 1, 1, 2, 3] },
      { Target: "Parameter", Id: "F", Segments: [0, null, 0, 2, 3] },
      { Target: "Parameter", Segments: [0, 0, 0, 1, 1] },
      null,
    ],
  };
  const model = await check(modelFiles({ "idle.motion3.json": JSON.stringify(motion) }));
  const { Meta, Curves } = JSON.parse(await textOf(model.files.get("idle.motion3.json")));
  assertEquals(Curves, [good]);
  assertEquals([Meta.CurveCount, Meta.TotalSegmentCount, Meta.TotalPointCount, Meta.Duration], [1, 3, 6, 3]);
  assertEquals(model.warnings, []);
  const untouched = await check(modelFiles());
  assertEquals(await textOf(untouched.files.get("idle.motion3.json")), MOTION);
});

Deno.test("M11: a motion in which nothing moves is left out with a warning", async () => {
  for (const curves of ["[]", "{}", '[{"Target":"Parameter","Id":"A","Segments":[]}]']) {
    const model = await check(modelFiles({ "idle.motion3.json": `{"Version":3,"Meta":{},"Curves":${curves}}` }));
    assertEquals(model.warnings.map(({ message }) => message), ["motion idle.motion3.json moves nothing"]);
    assertEquals((await referencesOf(model))["Motions"], { Idle: [] });
  }
});

/** A JPEG as far as its frame goes, and a WebP. */
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
const WEBP = new Uint8Array([..."RIFF\x0e\0\0\0WEBPVP8 \x02\0\0\0ab"].map((sign) => sign.charCodeAt(0)));

Deno.test("M14: a texture that is cut off or damaged is refused", async () => {
  const texture = (bytes: Uint8Array) => modelFiles({ "textures/texture_00.png": bytes });
  const late = new Uint8Array([...PNG, 1, 2, 3]);
  for (const whole of [PNG, late, JPEG, WEBP]) assertEquals((await check(texture(whole))).warnings, []);
  for (const bytes of [PNG, JPEG, WEBP]) {
    for (let length = 1; length < bytes.length; length++) {
      await assertRejects(
        () => check(texture(bytes.slice(0, length))),
        ModelError,
        "texture textures/texture_00.png is",
      );
    }
  }
  const damaged = PNG.slice();
  damaged[45]! ^= 1;
  await assertRejects(() => check(texture(damaged)), ModelError, "texture textures/texture_00.png is damaged");
});

Deno.test("A setup for motion-sync is served, whether the entry names it or it lies in the folder", async () => {
  const sync = '{"Version":1,"Settings":[]}';
  const entry = JSON.parse(ENTRY);
  entry.FileReferences.MotionSync = "sync/Mia.motionsync3.json";
  const named = { "Mia.model3.json": JSON.stringify(entry), "sync/Mia.motionsync3.json": sync };
  for (
    const [changes, path] of [[named, "sync/Mia.motionsync3.json"], [
      { "b.motionsync3.json": sync },
      "b.motionsync3.json",
    ]] as const
  ) {
    const model = await check(modelFiles(changes));
    assertEquals((await referencesOf(model))["MotionSync"], path);
    assertEquals([await textOf(model.files.get(path)), model.warnings], [sync, []]);
  }
  const lost = await check(modelFiles({ "Mia.model3.json": JSON.stringify(entry) }));
  assertEquals([(await referencesOf(lost))["MotionSync"], lost.warnings.length], [undefined, 1]);
});
