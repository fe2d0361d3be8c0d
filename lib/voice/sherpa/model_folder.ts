/** Tells what the voice in a folder is, and of which files sherpa-onnx makes it speak. */
import { z } from "zod";
import { FileProblem, type Files, fits, FolderFiles } from "@/lib/sherpa/folder_files.ts";
import { languageOfCode, languageOfKokoro, languagesNamed } from "./languages.ts";
import { readOnnxMetadata } from "@/lib/sherpa/onnx_metadata.ts";

export type ModelKind = "vits" | "kokoro" | "matcha" | "kitten" | "supertonic";

/** A voice, or many of one make, as it lies on disk. */
export interface VoiceModel {
  kind: ModelKind;
  /** Where it lies, with all symbolic links resolved. */
  folder: string;
  /** Absolute paths, by what sherpa-onnx calls them. */
  files: Readonly<Record<string, string>>;
  /** Rules by which Chinese numbers and dates are read. */
  rules: readonly string[];
  /** Languages that it speaks (BCP 47). */
  languages: readonly string[];
  /** At least one, in the order of their numbers; without a name where nothing tells it. */
  speakers: readonly Speaker[];
}

export interface Speaker {
  name?: string;
  /** Those of the model, unless this one is made for one of them. */
  languages: readonly string[];
}

/** A voice, or why there is none in the folder and what to do about it, in one sentence. */
export type ReadFolder = VoiceModel | { problem: string };

const ESPEAK = "espeak-ng-data";
const ESPEAK_FILES = ["phontab", "phonindex", "phondata", "intonations"];
/** What makes sound of what the acoustic model of Matcha says. */
const VOCODER = ["vocos*.onnx", "hifigan*.onnx"];
/** sherpa-onnx has a thousand speakers in one voice at most. */
const MOST_SPEAKERS = 2_000;

/** How kinds are called in the files themselves. */
const MODEL_TYPES: Readonly<Record<string, ModelKind>> = {
  "vits": "vits",
  "melo-vits": "vits",
  "kokoro": "kokoro",
  "kitten-tts": "kitten",
  "matcha-tts": "matcha",
};

/** Files that a kind cannot do without, and what must be told in the model's own file. */
const NEEDED: Readonly<Record<Exclude<ModelKind, "supertonic">, { files: Files; metadata: readonly string[] }>> = {
  vits: { files: {}, metadata: ["language", "comment"] },
  kokoro: { files: { voices: ["voices.bin"] }, metadata: ["has_espeak", "style_dim"] },
  kitten: { files: { voices: ["voices.bin"] }, metadata: ["has_espeak", "style_dim"] },
  matcha: { files: { vocoder: VOCODER }, metadata: ["use_eos_bos", "pad_id"] },
};
const SUPERTONIC: Files = {
  durationPredictor: ["duration_predictor*.onnx"],
  textEncoder: ["text_encoder*.onnx"],
  vectorEstimator: ["vector_estimator*.onnx"],
  vocoder: ["vocoder*.onnx"],
  ttsJson: ["tts.json"],
  unicodeIndexer: ["unicode_indexer.bin"],
  voiceStyle: ["voice.bin"],
};
/** Those of its third version. */
const SUPERTONIC_LANGUAGES =
  "en ko ja ar bg cs da de el es et fi fr hi hr hu id it lt lv nl pl pt ro ru sk sl sv tr uk vi".split(" ");

/** What Piper writes beside its models. */
const piperConfig = z.object({ speaker_id_map: z.record(z.string(), z.int().min(0)).catch({}) });

/** Reads what a folder has, whoever has put it there; nothing outside of it. */
export async function readModelFolder(folder: string): Promise<ReadFolder> {
  const files = await FolderFiles.open(folder);
  if (files === undefined) return { problem: "there is no such folder" };
  try {
    const supertonic = files.find(["duration_predictor*.onnx"]) !== undefined;
    return supertonic ? await readSupertonic(files) : await readModel(files);
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}

async function readSupertonic(files: FolderFiles): Promise<VoiceModel> {
  const languages = SUPERTONIC_LANGUAGES;
  const paths = await files.pathsOf(SUPERTONIC);
  const speakers = Array.from({ length: await supertonicSpeakers(paths["voiceStyle"] ?? "") }, () => ({ languages }));
  return { kind: "supertonic", folder: files.folder, files: paths, rules: [], languages, speakers };
}

/** How many there are stands first in the file. */
async function supertonicSpeakers(path: string): Promise<number> {
  using file = await Deno.open(path);
  const count = new BigInt64Array(1);
  await file.read(new Uint8Array(count.buffer));
  return boundedCount(Number(count[0]));
}

function boundedCount(count: number): number {
  return Math.min(Math.max(1, count || 1), MOST_SPEAKERS);
}

async function readModel(files: FolderFiles): Promise<VoiceModel> {
  const models = files.names.filter((name) => fits(name, ["*.onnx"]) && !fits(name, VOCODER));
  const name = models.includes("model.onnx") ? "model.onnx" : models[0];
  if (name === undefined) throw new FileProblem("model.onnx is missing");
  const path = await files.path(name);
  const metadata = await readOnnxMetadata(path);
  if (metadata === undefined) throw new FileProblem(`${name} is no ONNX model, or only the beginning of one`);
  const kind = kindOf(name, metadata);
  const { files: wanted, metadata: told } = NEEDED[kind];
  const untold = ["sample_rate", "n_speakers", ...told].find((key) => !metadata.get(key));
  if (untold !== undefined) throw new FileProblem(notForSherpa(name, `does not tell its ${untold}`));
  const dataDir = await files.folderWith(ESPEAK, ESPEAK_FILES);
  const lexicon = await lexiconOf(files);
  checkPronunciation(kind, metadata, { dataDir, lexicon });
  const languages = languagesOf(metadata);
  const speakers = await speakersOf(files, name, metadata, languages);
  return {
    kind,
    folder: files.folder,
    files: {
      [kind === "matcha" ? "acousticModel" : "model"]: path,
      ...await files.pathsOf({ tokens: ["tokens.txt"], ...wanted }),
      ...(dataDir !== undefined && { dataDir }),
      ...(lexicon !== undefined && { lexicon }),
    },
    rules: await Promise.all(files.names.filter((name) => fits(name, ["*.fst"])).map((name) => files.path(name))),
    languages: [...new Set([...languages, ...speakers.flatMap(({ languages }) => languages)])],
    speakers,
  };
}

function kindOf(name: string, metadata: ReadonlyMap<string, string>): ModelKind & keyof typeof NEEDED {
  const type = metadata.get("model_type");
  const kind = MODEL_TYPES[type ?? "vits"];
  if (kind !== undefined && kind !== "supertonic") return kind;
  throw new FileProblem(`${name} is a model of the kind "${type}", not one that speaks and is known here`);
}

function notForSherpa(name: string, why: string): string {
  return `${name} ${why}, so it was not made for sherpa-onnx: take the voice from sherpa-onnx's own collection`;
}

/** Sounds of words are told by eSpeak's data or by a lexicon, unless the letters themselves are the model's tokens. */
function checkPronunciation(
  kind: ModelKind,
  metadata: ReadonlyMap<string, string>,
  { dataDir, lexicon }: { dataDir: string | undefined; lexicon: string | undefined },
): void {
  const byEspeak = kind === "kokoro" || kind === "kitten" || metadata.get("has_espeak") === "1";
  if (byEspeak && dataDir === undefined) throw new FileProblem(`${ESPEAK}/ is missing, or not all of it is there`);
  const multilingual = kind === "kokoro" && Number(metadata.get("version") ?? 1) >= 2;
  const byLexicon = multilingual || dataDir === undefined && metadata.get("frontend") !== "characters";
  if (byLexicon && lexicon === undefined) throw new FileProblem("lexicon.txt is missing");
}

/** American before British English, which have the same words; sherpa-onnx wants commas between them. */
async function lexiconOf(files: FolderFiles): Promise<string | undefined> {
  const all = files.names.filter((name) => fits(name, ["lexicon*.txt"]));
  const chosen = all.filter((name) => name !== "lexicon-gb-en.txt" || !all.includes("lexicon-us-en.txt"));
  return chosen.length === 0 ? undefined : (await Promise.all(chosen.map((name) => files.path(name)))).join(",");
}

function languagesOf(metadata: ReadonlyMap<string, string>): string[] {
  const named = languagesNamed(metadata.get("language") ?? "");
  const code = languageOfCode(metadata.get("voice") ?? "");
  return named.length === 0 && code !== undefined ? [code] : named;
}

async function speakersOf(
  files: FolderFiles,
  model: string,
  metadata: ReadonlyMap<string, string>,
  languages: readonly string[],
): Promise<Speaker[]> {
  const count = boundedCount(Number(metadata.get("n_speakers")));
  const names = metadata.get("speaker_names")?.split(",") ?? await piperSpeakers(files, model);
  return Array.from({ length: count }, (_, index) => {
    const name = names[index];
    const own = name === undefined ? undefined : languageOfKokoro(name);
    return { ...(name !== undefined && { name }), languages: own === undefined ? languages : [own] };
  });
}

async function piperSpeakers(files: FolderFiles, model: string): Promise<(string | undefined)[]> {
  const name = `${model}.json`;
  if (!files.names.includes(name)) return [];
  const path = await files.path(name);
  const config = piperConfig.safeParse(parsed(await Deno.readTextFile(path)));
  const names: (string | undefined)[] = [];
  for (const [speaker, index] of Object.entries(config.data?.speaker_id_map ?? {})) {
    if (index < MOST_SPEAKERS) names[index] = speaker;
  }
  return names;
}

/** Undefined where it is no JSON: then the speakers have no names. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
