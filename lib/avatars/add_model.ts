/** Models that users bring: checked, named, and kept as they came. */
import { join } from "node:path";
import { type CheckedModel, checkModel } from "./check_model.ts";
import { type FileContent, type FileTree, isLitter, streamFile, tooBig } from "./file_tree.ts";
import { fillFolder, writeContent } from "./fill_folder.ts";
import { nameOf } from "./find_entry.ts";
import { ModelError } from "./model_error.ts";
import { ReadBudget } from "./read_budget.ts";
import { openZip } from "./zip.ts";
import { freeName, safeName } from "@/lib/config/names.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** A file that has come, under whatever name it waits on disk. */
export interface UploadedFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** A zip by its name, or the files of a folder by their relative paths. */
export type Upload = { zip: UploadedFile; name: string } | { files: ReadonlyMap<string, UploadedFile> };

export interface AddedModel {
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
 * @param budget what may be read of it
 * @param entry the entry file of the model that is meant, where there are several
 * @throws {ModelChoiceError} when it is not clear which of several models is meant; nothing is kept then
 * @throws {ModelError} naming everything that keeps it from being shown; nothing is kept then
 */
export async function addModel(
  folder: string,
  upload: Upload,
  taken: readonly string[],
  budget: ReadBudget = new ReadBudget(),
  entry?: string,
): Promise<AddedModel> {
  const tree = "zip" in upload
    ? await openZip(upload.zip.path, upload.name, budget)
    : treeOf(contentsOf(upload.files, budget));
  const model = await checkModel(tree, { ask: true, ...(entry !== undefined && { entry }) });
  const named = model.extras.name ?? nameOf(model.entry) ?? folderName(model) ?? tree.label.replace(/\.zip$/i, "");
  await Deno.mkdir(folder, { recursive: true });
  const name = freeName(safeName(named, "avatar"), [...taken, ...await namesIn(folder)]);
  const path = join(folder, "zip" in upload ? `${name}.zip` : name);
  if ("zip" in upload) await writeContent(path, contentIn(upload.zip, upload.name, budget), { createNew: true });
  else await fillFolder(path, contentsOf(upload.files, budget));
  return { name, path, warnings: model.warnings.map(({ message }) => message) };
}

/** A folder's name, unless any model's could be called like that. */
function folderName({ folder }: CheckedModel): string | undefined {
  return folder === undefined || /^(runtime|models?|live2d|assets|resources?|files?)$/i.test(folder)
    ? undefined
    : folder;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.map((name) => name.replace(/\.zip$/i, ""));
}

function treeOf(files: ReadonlyMap<string, FileContent>): FileTree {
  const paths = [...files.keys()].sort();
  const label = paths[0]?.includes("/") ? paths[0].split("/")[0]! : "the folder";
  return {
    kind: "folder",
    label,
    paths,
    async stream(path, take, most = UPLOAD_LIMITS.modelBytes) {
      const file = files.get(path);
      if (file === undefined) {
        throw new ModelError([{ kind: "missing_file", path, message: `The file ${path} is missing` }]);
      }
      if (file.size > most) throw tooBig(path, most);
      await file.stream(take);
    },
  };
}

/** Files from a page by their paths. Nothing of a path is believed. */
function contentsOf(uploaded: ReadonlyMap<string, UploadedFile>, budget: ReadBudget): Map<string, FileContent> {
  const files = new Map<string, FileContent>();
  for (const [given, file] of uploaded) {
    const path = given.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
    if (path.split("/").some((part) => part === ".." || part === "") || path.includes("\0") || /^[a-z]:/i.test(path)) {
      const message = `The folder is refused: the path ${JSON.stringify(given)} leads out of it`;
      throw new ModelError([{ kind: "unsafe_path", path: given, message }]);
    }
    if (!isLitter(path)) files.set(path, contentIn(file, path, budget));
  }
  return files;
}

function contentIn({ path, size }: UploadedFile, name: string, budget: ReadBudget): FileContent {
  return { size, stream: (take) => streamFile(path, name, take, size, budget) };
}
