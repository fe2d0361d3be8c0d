/** Models that users bring: checked, named, and kept as they came. */
import { join } from "node:path";
import { checkModel } from "./check_model.ts";
import { type FileTree, isLitter, TREE_LIMITS } from "./file_tree.ts";
import { fillFolder } from "./fill_folder.ts";
import { ModelError } from "./model_error.ts";
import { openZip } from "./zip.ts";
import { freeName, safeName } from "@/lib/config/names.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A zip by its name, or the files of a folder by their relative paths. */
export type Upload = { zip: Bytes; name: string } | { files: ReadonlyMap<string, Bytes> };

export interface KeptModel {
  name: string;
  /** The zip or folder, below the one it was kept in. */
  path: string;
  /** What its owner should know: parts that are missing or left out. */
  warnings: string[];
}

/**
 * Keeps a model in `folder`, under a name of its own: after its entry file, or what it was brought as.
 *
 * @param taken names that other models have
 * @throws {ModelError} naming everything that keeps it from being shown; nothing is kept then
 */
export async function keepModel(folder: string, upload: Upload, taken: readonly string[]): Promise<KeptModel> {
  const tree = "zip" in upload ? await openZip(upload.zip, upload.name) : treeOf(upload.files);
  const model = await checkModel(tree);
  const entry = model.entry.replace(/\.json$/i, "").replace(/\.model3?$/i, "");
  const named = /^(model3?|index)$/i.test(entry) ? tree.label.replace(/\.zip$/i, "") : entry;
  await Deno.mkdir(folder, { recursive: true });
  const name = freeName(safeName(named, "avatar"), [...taken, ...await namesIn(folder)]);
  const path = join(folder, "zip" in upload ? `${name}.zip` : name);
  if ("zip" in upload) await Deno.writeFile(path, upload.zip, { createNew: true });
  else await fillFolder(path, filesOf(upload.files));
  return { name, path, warnings: model.warnings.map(({ message }) => message) };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.map((name) => name.replace(/\.zip$/i, ""));
}

/** Files from a page as a tree. Nothing of a path is believed. */
function treeOf(uploaded: ReadonlyMap<string, Bytes>): FileTree {
  const files = filesOf(uploaded);
  const paths = [...files.keys()].sort();
  const label = paths[0]?.includes("/") ? paths[0].split("/")[0]! : "the folder";
  return {
    kind: "folder",
    label,
    paths,
    read(path) {
      const bytes = files.get(path);
      if (bytes !== undefined) return Promise.resolve(bytes);
      return Promise.reject(new ModelError([{ kind: "missing_file", path, message: `The file ${path} is missing` }]));
    },
  };
}

function filesOf(uploaded: ReadonlyMap<string, Bytes>): Map<string, Bytes> {
  if (uploaded.size > TREE_LIMITS.files) {
    const message = `The folder holds ${uploaded.size} files, at most ${TREE_LIMITS.files} are taken`;
    throw new ModelError([{ kind: "unreadable", message }]);
  }
  const files = new Map<string, Bytes>();
  for (const [given, bytes] of uploaded) {
    const path = given.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
    if (path.split("/").some((part) => part === ".." || part === "") || path.includes("\0") || /^[a-z]:/i.test(path)) {
      const message = `The folder is refused: the path ${JSON.stringify(given)} leads out of it`;
      throw new ModelError([{ kind: "unsafe_path", path: given, message }]);
    }
    if (!isLitter(path)) files.set(path, bytes);
  }
  return files;
}
