import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { type ReadFolder, readModelFolder } from "./model_folder.ts";
import { onnxModel } from "@/lib/sherpa/onnx_fixture.ts";
import { readOnnxMetadata } from "@/lib/sherpa/onnx_metadata.ts";
import { VoiceFolders } from "./voice_folders.ts";

const ESPEAK = ["phontab", "phonindex", "phondata", "intonations"].map((name) => `espeak-ng-data/${name}`);
const PIPER = {
  model_type: "vits",
  comment: "piper",
  language: "English",
  voice: "en-us",
  has_espeak: 1,
  n_speakers: 1,
  sample_rate: 22050,
};
const KOKORO = {
  model_type: "kokoro",
  language: "multi-lang, e.g., English, Chinese",
  has_espeak: 1,
  version: 2,
  voice: "en-us",
  style_dim: "510,1,256",
  n_speakers: 4,
  speaker_names: "af_heart,bm_lewis,jf_alpha,zf_xiaobei",
  sample_rate: 24000,
};
const MATCHA = {
  model_type: "matcha-tts",
  language: "Persian+English",
  voice: "fa",
  use_eos_bos: 0,
  pad_id: 0,
  n_speakers: 1,
  sample_rate: 22050,
};

/** A model that does nothing, about which something is told. */
function model(metadata: Record<string, string | number>): Uint8Array<ArrayBuffer> {
  const value = { name: "x", type: 1, shape: [1] };
  return onnxModel({ nodes: [], constants: [], inputs: [value], outputs: [value] }, metadata);
}

type Contents = Record<string, string | Uint8Array>;

/** Files of these names, with something in them. */
function named(...names: string[]): Contents {
  return Object.fromEntries(names.map((name) => [name, "something"]));
}

async function lay(folder: string, contents: Contents): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

async function withFolder(scene: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await scene(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is read, with the files' names in place of their paths. */
async function read(contents: Contents): Promise<ReadFolder> {
  let found: ReadFolder = { problem: "" };
  await withFolder(async (folder) => {
    await lay(folder, contents);
    found = await readModelFolder(folder);
    if ("problem" in found) return;
    found = JSON.parse(JSON.stringify({ ...found, folder: "" }).replaceAll(`${folder}/`, ""));
  });
  return found;
}

async function problem(contents: Contents): Promise<string> {
  const found = await read(contents);
  return "problem" in found ? found.problem : "none";
}

const piper = { "en_US-amy.onnx": model(PIPER), ...named("tokens.txt", ...ESPEAK) };
const kokoro = { "model.int8.onnx": model(KOKORO), ...named("tokens.txt", "voices.bin", "lexicon-zh.txt", ...ESPEAK) };

Deno.test("readModelFolder() tells kinds, files, languages and speakers", async () => {
  assertEquals(await read({ ...piper, "en_US-amy.onnx.json": "{}" }), {
    kind: "vits",
    folder: "",
    files: { model: "en_US-amy.onnx", tokens: "tokens.txt", dataDir: "espeak-ng-data" },
    rules: [],
    languages: ["en"],
    speakers: [{ languages: ["en"] }],
  });
  const vctk = { ...PIPER, n_speakers: 3, voice: "de", language: "Unknown" };
  assertEquals(
    await read({
      ...piper,
      "en_US-amy.onnx": model(vctk),
      "en_US-amy.onnx.json": '{"speaker_id_map":{"p2":1,"p1":0}}',
    }),
    {
      kind: "vits",
      folder: "",
      files: { model: "en_US-amy.onnx", tokens: "tokens.txt", dataDir: "espeak-ng-data" },
      rules: [],
      languages: ["de"],
      speakers: [{ name: "p1", languages: ["de"] }, { name: "p2", languages: ["de"] }, { languages: ["de"] }],
    },
  );
  assertEquals(await read({ ...kokoro, ...named("lexicon-us-en.txt", "lexicon-gb-en.txt", "number-zh.fst") }), {
    kind: "kokoro",
    folder: "",
    files: {
      model: "model.int8.onnx",
      tokens: "tokens.txt",
      voices: "voices.bin",
      dataDir: "espeak-ng-data",
      lexicon: "lexicon-us-en.txt,lexicon-zh.txt",
    },
    rules: ["number-zh.fst"],
    languages: ["en", "zh"],
    speakers: [
      { name: "af_heart", languages: ["en"] },
      { name: "bm_lewis", languages: ["en"] },
      { name: "jf_alpha", languages: ["en", "zh"] },
      { name: "zf_xiaobei", languages: ["zh"] },
    ],
  });
  const matcha = { "model-steps-3.onnx": model(MATCHA), ...named("vocos-22khz-univ.onnx", "tokens.txt", ...ESPEAK) };
  assertEquals(await read(matcha), {
    kind: "matcha",
    folder: "",
    files: {
      acousticModel: "model-steps-3.onnx",
      tokens: "tokens.txt",
      vocoder: "vocos-22khz-univ.onnx",
      dataDir: "espeak-ng-data",
    },
    rules: [],
    languages: ["en", "fa"],
    speakers: [{ languages: ["en", "fa"] }],
  });
  const parts = ["duration_predictor", "text_encoder", "vector_estimator", "vocoder"].map((one) => `${one}.int8.onnx`);
  const styles = { "voice.bin": Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1) };
  const supertonic = await read({ ...named(...parts, "tts.json", "unicode_indexer.bin"), ...styles });
  assert(!("problem" in supertonic));
  const { kind, files, speakers } = supertonic;
  assertEquals([kind, speakers.length, Object.values(files)], [
    "supertonic",
    2,
    [...parts, "tts.json", "unicode_indexer.bin", "voice.bin"],
  ]);
});

Deno.test("readModelFolder() says what is missing or wrong", async () => {
  const without = (name: string, contents: Contents = kokoro) =>
    Object.fromEntries(Object.entries(contents).filter(([key]) => key !== name));
  const cases: [Contents, string][] = [
    [{}, "model.onnx is missing"],
    [without("tokens.txt"), "tokens.txt is missing"],
    [without("voices.bin"), "voices.bin is missing"],
    [without("lexicon-zh.txt"), "lexicon.txt is missing"],
    [without("espeak-ng-data/phondata"), "espeak-ng-data/ is missing, or not all of it is there"],
    [{ "model.onnx": model(MATCHA), ...named("tokens.txt", ...ESPEAK) }, "vocos….onnx or hifigan….onnx is missing"],
    [named("duration_predictor.onnx"), "text_encoder….onnx is missing"],
    [{ ...kokoro, "tokens.txt": "" }, "tokens.txt is empty: fetch it again"],
    [{ ...piper, "en_US-amy.onnx": "junk" }, "en_US-amy.onnx is no ONNX model, or only the beginning of one"],
    [
      { ...piper, "en_US-amy.onnx": model(PIPER).slice(0, -5) },
      "en_US-amy.onnx is no ONNX model, or only the beginning of one",
    ],
    [
      { ...piper, "en_US-amy.onnx": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 60000000\n" },
      'en_US-amy.onnx only stands for a file that Git has not fetched: run "git lfs pull"',
    ],
    [
      { ...piper, "en_US-amy.onnx": model({}) },
      "en_US-amy.onnx does not tell its sample_rate, so it was not made for sherpa-onnx: take the voice from sherpa-onnx's own collection",
    ],
    [
      { ...piper, "en_US-amy.onnx": model({ model_type: "zipformer" }) },
      'en_US-amy.onnx is a model of the kind "zipformer", not one that speaks and is known here',
    ],
  ];
  for (const [contents, expected] of cases) assertEquals(await problem(contents), expected);
  assertEquals(await readModelFolder("/nowhere"), { problem: "there is no such folder" });
});

Deno.test("nothing outside of a voice's folder is read, and nothing that is too large", async () => {
  await withFolder(async (folder) => {
    await lay(join(folder, "elsewhere"), kokoro);
    await lay(join(folder, "voice"), kokoro);
    await Deno.remove(join(folder, "voice/tokens.txt"));
    await Deno.symlink(join(folder, "elsewhere/tokens.txt"), join(folder, "voice/tokens.txt"));
    assertEquals(await readModelFolder(join(folder, "voice")), {
      problem: "tokens.txt lies outside of the folder: put it inside",
    });
    await Deno.remove(join(folder, "voice/tokens.txt"));
    await Deno.symlink("voices.bin", join(folder, "voice/tokens.txt"));
    assertEquals("problem" in await readModelFolder(join(folder, "voice")), false);
    await Deno.remove(join(folder, "voice/espeak-ng-data"), { recursive: true });
    await Deno.symlink(join(folder, "elsewhere/espeak-ng-data"), join(folder, "voice/espeak-ng-data"));
    assertEquals(await readModelFolder(join(folder, "voice")), {
      problem: "espeak-ng-data/ is missing, or not all of it is there",
    });
    await Deno.truncate(join(folder, "elsewhere/voices.bin"), 2 ** 30);
    assertEquals(await readModelFolder(join(folder, "elsewhere")), {
      problem: `voices.bin has ${2 ** 30} bytes, of ${2 ** 29} at most`,
    });
    // The folder of a voice may lie elsewhere itself: its owner has said so.
    await Deno.truncate(join(folder, "elsewhere/voices.bin"), 2 ** 10);
    await Deno.mkdir(join(folder, "voices/.half"), { recursive: true });
    await Deno.symlink(join(folder, "elsewhere"), join(folder, "voices/linked"));
    const found = await new VoiceFolders(join(folder, "voices")).list();
    assertEquals(found.map(({ id }) => id), ["linked"]);
    const linked = await readModelFolder(join(folder, "voices/linked"));
    assertEquals("kind" in linked && linked.kind, "kokoro");
    assertEquals(await new VoiceFolders(join(folder, "nowhere")).list(), []);
  });
});

Deno.test("readOnnxMetadata() reads what is told about a model whatever its size, and believes no length", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "model.onnx");
    const told = async (...parts: ArrayLike<number>[]) => {
      await Deno.writeFile(path, Uint8Array.from(parts.flatMap((part) => Array.from(part))));
      const metadata = await readOnnxMetadata(path);
      return metadata && Object.fromEntries(metadata);
    };
    const metadata = { language: "日本語", n_speakers: "3" };
    assertEquals(await told(model(metadata)), metadata);
    // A graph of 100,000 bytes before it.
    assertEquals(await told([0x3a, 0xa0, 0x8d, 0x06], new Uint8Array(100_000), model(metadata)), metadata);
    assertEquals(await told([]), undefined);
    assertEquals(await told([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f], model(metadata)), undefined);
    assertEquals(await told([0x72, 0x04, 0x0a, 0x09, 0x61, 0x62]), undefined);
    assertEquals(await told([0x08, 0xff, 0xff]), undefined);
    assertEquals(await told([0x00, 0x01]), undefined);
  });
});
