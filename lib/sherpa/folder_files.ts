import { join, sep } from "node:path";
import { ifThere } from "@/lib/files.ts";

/** A folder of a voice has some twenty files, those of eSpeak in a folder of their own. */
const MOST_FILES = 1_000;

const KB = 1_024;
const MB = 1_024 * KB;
/** What files of a kind may be long, in bytes; those of others are not read. ONNX itself ends at 2 GiB. */
const LARGEST: Readonly<Record<string, number>> = {
  ".onnx": 2 * 1_024 * MB,
  ".bin": 512 * MB,
  ".txt": 64 * MB,
  ".fst": 64 * MB,
  ".json": 4 * MB,
  ".model": 16 * MB,
};
/** What Git leaves in place of a large file until it is fetched. */
const POINTER = "version https://git-lfs";
const POINTER_BYTES = 1 * KB;

/** A file that is there, and cannot be used. Its message begins with the file's name. */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
}

/** Names that a file may have, `*` standing for any letters and the best one first, by what sherpa-onnx calls it. */
export type Files = Readonly<Record<string, readonly string[]>>;

/** Whether a file may be called so: see {@linkcode Files}. */
export function fits(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
  });
}

/** The names of the folders in a folder that need not be there; without what is hidden, such as a download that is not complete. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await ifThere(Array.fromAsync(Deno.readDir(folder))) ?? [];
  return entries.filter(({ name, isFile }) => !isFile && !name.startsWith(".")).map(({ name }) => name).toSorted();
}

/** The files of one folder: nothing is followed out of it, and each is looked at before it is used. */
export class FolderFiles {
  /** With all symbolic links on the way to it resolved. */
  readonly folder: string;
  /** In their order. */
  readonly names: readonly string[];

  private constructor(folder: string, names: readonly string[]) {
    this.folder = folder;
    this.names = names;
  }

  /** Undefined where there is no such folder. */
  static async open(path: string): Promise<FolderFiles | undefined> {
    const folder = await ifThere(Deno.realPath(path));
    if (folder === undefined || !(await ifThere(Deno.stat(folder)))?.isDirectory) return undefined;
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (names.push(name) >= MOST_FILES) break;
    }
    return new FolderFiles(folder, names.toSorted());
  }

  /**
   * The path of a file.
   *
   * @throws {FileProblem} when it lies elsewhere, is empty, too large, or a sign that Git has left
   */
  async path(name: string): Promise<string> {
    const path = await Deno.realPath(join(this.folder, name));
    if (!path.startsWith(this.folder + sep)) throw new FileProblem(`${name} lies outside of the folder: put it inside`);
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw new FileProblem(`${name} is no file`);
    if (size === 0) throw new FileProblem(`${name} is empty: fetch it again`);
    const most = LARGEST[/\.\w+$/.exec(name)?.[0] ?? ""] ?? 0;
    if (size > most) throw new FileProblem(`${name} has ${size} bytes, of ${most} at most`);
    if (size < POINTER_BYTES && (await Deno.readTextFile(path)).startsWith(POINTER)) {
      throw new FileProblem(`${name} only stands for a file that Git has not fetched: run "git lfs pull"`);
    }
    return path;
  }

  /** A folder in this one; undefined where it is not there, lies elsewhere, or lacks one of `files`. */
  async folderWith(name: string, files: readonly string[]): Promise<string | undefined> {
    const inner = this.names.includes(name) ? await FolderFiles.open(join(this.folder, name)) : undefined;
    if (inner === undefined || !inner.folder.startsWith(this.folder + sep)) return undefined;
    return files.every((file) => inner.names.includes(file)) ? inner.folder : undefined;
  }

  /** The name of a file that may be called so. */
  find(patterns: readonly string[]): string | undefined {
    for (const pattern of patterns) {
      const name = this.names.find((name) => fits(name, [pattern]));
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /**
   * The paths of files, by what sherpa-onnx calls them.
   *
   * @throws {FileProblem} when one is missing, or cannot be used
   */
  async pathsOf(wanted: Files): Promise<Record<string, string>> {
    const found = await Promise.all(
      Object.entries(wanted).map(async ([option, patterns]) => {
        const name = this.find(patterns);
        if (name === undefined) throw new FileProblem(`${patterns.join(" or ").replaceAll("*", "…")} is missing`);
        return [option, await this.path(name)] as const;
      }),
    );
    return Object.fromEntries(found);
  }
}
