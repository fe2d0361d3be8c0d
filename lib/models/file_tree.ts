/** A folder or a zip, seen as one thing: relative paths with `/`, and their bytes. */
import { join } from "node:path";
import { ModelError } from "./model_error.ts";

export interface FileTree {
  /** What it is, for messages: "folder" or "zip". */
  readonly kind: "folder" | "zip";
  /** Where it is, for messages. */
  readonly label: string;
  /** Every file, without what file managers leave behind. */
  readonly paths: readonly string[];
  /** @throws {ModelError} when the file cannot be read, or is too big */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Nobody's model is this big; a folder chosen by mistake, or a zip made to harm, is. */
export const TREE_LIMITS = {
  files: 20_000,
  depth: 12,
  /** One file, unpacked. */
  fileBytes: 256 * 1024 * 1024,
  /** A whole model, unpacked. */
  modelBytes: 1024 * 1024 * 1024,
} as const;

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
export async function openFolder(folder: string, label: string = folder): Promise<FileTree> {
  const paths: string[] = [];
  try {
    await list(folder, "", paths, 0);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError([{ kind: "unreadable", message: `Cannot list the folder ${label}: ${text(cause)}` }], {
      cause,
    });
  }
  return { kind: "folder", label, paths: paths.sort(), read: (path) => readFile(folder, path) };
}

async function list(folder: string, prefix: string, paths: string[], depth: number): Promise<void> {
  for await (const entry of Deno.readDir(join(folder, prefix))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (isLitter(path) || entry.name === "node_modules") continue;
    const { isDirectory, isFile } = entry.isSymlink ? await target(join(folder, path)) : entry;
    if (isFile) paths.push(path);
    if (isDirectory && depth < TREE_LIMITS.depth) await list(folder, path, paths, depth + 1);
    if (paths.length > TREE_LIMITS.files) {
      const message = `The folder ${folder} holds more than ${TREE_LIMITS.files} files: name the model's own folder`;
      throw new ModelError([{ kind: "unreadable", message }]);
    }
  }
}

async function target(path: string): Promise<{ isDirectory: boolean; isFile: boolean }> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return { isDirectory: false, isFile: false }; // A link to nowhere is no file.
    throw cause;
  }
}

async function readFile(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await Deno.stat(join(folder, path));
    if (size > TREE_LIMITS.fileBytes) throw tooBig(path, size);
    return await Deno.readFile(join(folder, path));
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError([{ kind: "unreadable", path, message: `Cannot read ${path}: ${text(cause)}` }], { cause });
  }
}

/** The complaint about a file beyond {@linkcode TREE_LIMITS}. */
export function tooBig(path: string, bytes: number): ModelError {
  const mebibytes = (value: number) => `${Math.round(value / 1024 / 1024)} MiB`;
  const message = `The file ${path} is too big: it has ${mebibytes(bytes)}, at most ${
    mebibytes(TREE_LIMITS.fileBytes)
  } are read`;
  return new ModelError([{ kind: "bad_file", path, message }]);
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
