/** Tells what the recogniser in a folder is, and of which files sherpa-onnx makes it understand. */
import { FileProblem, type Files, FolderFiles } from "@/lib/sherpa/folder_files.ts";
import { readOnnxMetadata } from "@/lib/sherpa/onnx_metadata.ts";

/** A recogniser as it lies on disk. */
export interface RecogniserModel {
  /** How sherpa-onnx calls its kind. */
  kind: "transducer" | "whisper" | "moonshine" | "senseVoice" | "nemoCtc" | "zipformerCtc";
  /** True where it tells words while they are being said. */
  streaming: boolean;
  /** Where it lies, with all symbolic links resolved. */
  folder: string;
  /** Absolute paths, by what sherpa-onnx calls them. */
  files: Readonly<Record<string, string>>;
  tokens: string;
}

const TOKENS = ["tokens.txt", "*tokens.txt"];
/** Smaller models first. */
const TRANSDUCER = {
  encoder: ["encoder*.int8.onnx", "encoder*.onnx"],
  decoder: ["decoder*.onnx"],
  joiner: ["joiner*.int8.onnx", "joiner*.onnx"],
};
const MOONSHINE = {
  preprocessor: ["preprocess.onnx"],
  encoder: ["encode*.onnx"],
  uncachedDecoder: ["uncached_decode*.onnx"],
  cachedDecoder: ["cached_decode*.onnx"],
};
const WHISPER = {
  encoder: ["*encoder*.int8.onnx", "*encoder*.onnx"],
  decoder: ["*decoder*.int8.onnx", "*decoder*.onnx"],
};
/** Of one file. */
const MODEL = { model: ["model*.int8.onnx", "model*.onnx"] };

/**
 * Reads what a folder has, whoever has put it there; nothing outside of it.
 *
 * @returns why there is no recogniser in it and what to do about it, in one sentence, where there is none
 */
export async function readRecogniserFolder(folder: string): Promise<RecogniserModel | { problem: string }> {
  const files = await FolderFiles.open(folder);
  if (files === undefined) return { problem: "there is no such folder" };
  try {
    return await read(files);
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}

async function read(files: FolderFiles): Promise<RecogniserModel> {
  const has = (patterns: readonly string[]) => files.find(patterns) !== undefined;
  if (has(TRANSDUCER.joiner)) return await transducer(files);
  if (has(MOONSHINE.preprocessor)) return await model(files, "moonshine", MOONSHINE);
  if (has(WHISPER.decoder)) return await model(files, "whisper", WHISPER);
  const found = await model(files, "senseVoice", MODEL);
  const metadata = await metadataOf(found.files["model"] ?? "");
  if (metadata.has("with_itn") || metadata.get("model_type") === "sense_voice_ctc") return found;
  if (metadata.has("subsampling_factor")) return { ...found, kind: "nemoCtc" };
  if (/zipformer/.test(metadata.get("model_type") ?? "")) return { ...found, kind: "zipformerCtc" };
  throw new FileProblem(
    "its model is of no kind that is known here: take a recogniser from sherpa-onnx's own collection",
  );
}

/** Those that understand as they hear tell how much they take at once. */
async function transducer(files: FolderFiles): Promise<RecogniserModel> {
  const found = await model(files, "transducer", TRANSDUCER);
  const metadata = await metadataOf(found.files["encoder"] ?? "");
  return { ...found, streaming: metadata.has("decode_chunk_len") || metadata.has("T") };
}

async function model(files: FolderFiles, kind: RecogniserModel["kind"], wanted: Files): Promise<RecogniserModel> {
  const { tokens = "", ...paths } = await files.pathsOf({ ...wanted, tokens: TOKENS });
  return { kind, streaming: false, folder: files.folder, files: paths, tokens };
}

async function metadataOf(path: string): Promise<ReadonlyMap<string, string>> {
  const metadata = await readOnnxMetadata(path);
  if (metadata !== undefined) return metadata;
  throw new FileProblem("its model is no ONNX model, or only the beginning of one: fetch it again");
}
