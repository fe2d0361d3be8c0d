/** Tells what the wake word model in a folder is made of, and how words are told to it. */
import { SentencePieces } from "./sentence_pieces.ts";
import { FileProblem, FolderFiles } from "@/lib/sherpa/folder_files.ts";

/** A wake word model as it lies on disk. */
export interface WakeModel {
  /** Where it lies, with all symbolic links resolved. */
  folder: string;
  /** Absolute paths, by what sherpa-onnx calls them. */
  transducer: Readonly<Record<string, string>>;
  tokens: string;
  /**
   * How it is told of these words, a line each.
   *
   * @returns undefined where it can spell none of them
   */
  keywords(words: readonly string[]): string | undefined;
}

const FILES = {
  encoder: ["encoder*.int8.onnx", "encoder*.onnx"],
  decoder: ["decoder*.int8.onnx", "decoder*.onnx"],
  joiner: ["joiner*.int8.onnx", "joiner*.onnx"],
};
const TOKENS = ["tokens.txt"];
const PIECES = ["bpe.model"];

/**
 * Reads what a folder has, whoever has put it there; nothing outside of it.
 *
 * @returns why there is no model in it that can be told of words, in one sentence, where there is none
 */
export async function readWakeModel(path: string): Promise<WakeModel | { problem: string }> {
  const files = await FolderFiles.open(path);
  if (files === undefined) return { problem: "there is no such folder" };
  try {
    const { tokens = "", bpe = "", ...transducer } = await files.pathsOf({ ...FILES, tokens: TOKENS, bpe: PIECES });
    const pieces = SentencePieces.read(await Deno.readFile(bpe));
    if (pieces === undefined) {
      return { problem: "bpe.model is none of the models of sentencepiece that are known here" };
    }
    const known = new Set((await Deno.readTextFile(tokens)).split("\n").map((line) => line.split(/\s/, 1)[0]));
    return {
      folder: files.folder,
      transducer,
      tokens,
      keywords: (words) => {
        const spelled = words.flatMap((word) => {
          const one = pieces.encode(word);
          // sherpa-onnx would end its process with a piece that the model has not.
          return one?.every((piece) => known.has(piece)) ? [one.join(" ")] : [];
        });
        return spelled.length === 0 ? undefined : spelled.map((one) => `${one}\n`).join("");
      },
    };
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}
