/** A folder or a zip, seen as one thing: relative paths with `/`, and their bytes. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ModelError } from "./model_error.ts";
import { ReadBudget } from "./read_budget.ts";
import { ifThere } from "@/lib/files.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** Bytes read from a disk at a time. */
const CHUNK_BYTES = 64 * 1024;

/** Gets a file piece by piece. The next piece waits for it. */
export type TakeChunk = (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/** What is in a file: read anew each time, so that nobody needs to hold all of a model. */
export interface FileContent {
  /** Bytes. */
  readonly size: number;
  /** SHA-256, where it has been read to its end before. */
  readonly digest?: string;
  /** @throws {ModelError} when the file cannot be read any more */
  stream(take: TakeChunk): Promise<void>;
}

export interface FileTree {
  /** What it is, for messages: "folder" or "zip". */
  readonly kind: "folder" | "zip";
  /** Where it is, for messages. */
  readonly label: string;
  /** Every file, without what file managers leave behind. */
  readonly paths: readonly string[];
  /**
   * Reads a file, piece by piece, to its end.
   *
   * @param most bytes that are taken. Default: those of a whole model
   * @throws {ModelError} when the file cannot be read, or there is more of it
   */
  stream(path: string, take: TakeChunk, most?: number): Promise<void>;
}

/**
 * A whole file in memory, which grows by what really comes.
 *
 * @param most bytes that are taken
 * @throws {ModelError} when the file cannot be read, or there is more of it
 */
export async function readWhole(tree: FileTree, path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  await tree.stream(path, (chunk) => void chunks.push(chunk), most);
  return joined(chunks);
}

/** Bytes in memory as a file's content. */
export function contentOf(bytes: Uint8Array<ArrayBuffer>): FileContent {
  return { size: bytes.length, stream: async (take) => await take(bytes) };
}

/** SHA-256 of what comes piece by piece, in hex. */
export async function digestOf(stream: FileContent["stream"]): Promise<string> {
  const hash = createHash("sha256");
  await stream((chunk) => void hash.update(chunk));
  return hash.digest("hex");
}

/** One array of many. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Whether a file is a file manager's or another program's own, and no part of a model. */
export function isLitter(path: string): boolean {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  return parts.includes("__MACOSX") || parts.some((part) => part.startsWith(".")) ||
    ["thumbs.db", "desktop.ini", "items_pinned_to_model.json"].includes(name.toLowerCase());
}

/**
 * A folder on disk. Links are followed, since they are the user's own.
 *
 * @throws {ModelError} when it cannot be listed or holds far too much for a model
 */
export async function openFolder(
  folder: string,
  label: string = folder,
  budget: ReadBudget = new ReadBudget(),
): Promise<FileTree> {
  const paths: string[] = [];
  try {
    await list(folder, "", paths, 0);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError([{ kind: "unreadable", message: `Cannot list the folder ${label}: ${text(cause)}` }], {
      cause,
    });
  }
  return {
    kind: "folder",
    label,
    paths: paths.sort(),
    stream: (path, take, most = UPLOAD_LIMITS.modelBytes) => streamFile(join(folder, path), path, take, most, budget),
  };
}

async function list(folder: string, prefix: string, paths: string[], depth: number): Promise<void> {
  for await (const entry of Deno.readDir(join(folder, prefix))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (isLitter(path) || entry.name === "node_modules") continue;
    const { isDirectory, isFile } = entry.isSymlink ? await target(join(folder, path)) : entry;
    if (isFile) paths.push(path);
    if (isDirectory && depth < UPLOAD_LIMITS.depth) await list(folder, path, paths, depth + 1);
    if (paths.length > UPLOAD_LIMITS.files) {
      const message = `The folder ${folder} holds more than ${UPLOAD_LIMITS.files} files: name the model's own folder`;
      throw new ModelError([{ kind: "unreadable", message }]);
    }
  }
}

async function target(path: string): Promise<{ isDirectory: boolean; isFile: boolean }> {
  return await ifThere(Deno.stat(path)) ?? { isDirectory: false, isFile: false }; // A link to nowhere is no file.
}

/**
 * Reads a file on disk piece by piece.
 *
 * @param path what messages call it
 * @throws {ModelError} when the file cannot be read, or there is more of it than `most`
 */
export async function streamFile(
  file: string,
  path: string,
  take: TakeChunk,
  most: number,
  budget: ReadBudget,
): Promise<void> {
  const reading = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new ModelError([{ kind: "unreadable", path, message: `Cannot read ${path}: ${text(cause)}` }], { cause });
    }
  };
  budget.openFile(path);
  using opened = await reading(() => Deno.open(file));
  for (let read = 0;;) {
    // A piece of its own each time: whoever takes it may keep it.
    const buffer = new Uint8Array(CHUNK_BYTES);
    const count = await reading(() => opened.read(buffer));
    if (count === null) return;
    read += count;
    if (read > most) throw tooBig(path, most);
    budget.spendBytes(count, path);
    await take(buffer.subarray(0, count));
  }
}

/** The complaint about a file of which there is more than is taken. */
export function tooBig(path: string, most: number): ModelError {
  const message = `The file ${path} is too big: at most ${mebibytes(most)} are read`;
  return new ModelError([{ kind: "too_big", path, message }]);
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
