import { basename, extname, join, relative, sep } from "node:path";
import { Namer } from "../build_cache.ts";
import { compareRoutes, type FsRoute, type FsRouteType, toPattern } from "../fs_routes.ts";

/** All files below `dir`, in order; none if there is no such folder. */
export async function listFiles(dir: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(dir)) {
      const path = join(dir, entry.name);
      if (entry.isDirectory) files.push(...await listFiles(path));
      else if (entry.isFile) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}

async function listModules(dir: string, ignore: RegExp[]): Promise<string[]> {
  return (await listFiles(dir)).filter((file) =>
    /\.[jt]sx?$/.test(file) && !ignore.some((pattern) => pattern.test(file))
  );
}

/** Path below `dir`, written with slashes on every system. */
export function below(dir: string, file: string): string {
  return relative(dir, file).replaceAll(sep, "/");
}

/** A module of islands: its name, which becomes that of its bundle, and its file. */
export interface IslandFile {
  name: string;
  file: string;
}

/** The modules of islands below `dir`. */
export async function crawlIslands(dir: string, ignore: RegExp[]): Promise<IslandFile[]> {
  const namer = new Namer();
  const files = await listModules(dir, ignore);
  return files.map((file) => ({ name: namer.name(basename(file, extname(file))), file }));
}

const SPECIAL: Record<string, FsRouteType> = {
  _app: "app",
  _layout: "layout",
  _middleware: "middleware",
  _error: "error",
  _500: "error",
  _404: "notFound",
};

/** The route files below `dir`, in the order they are added to an app, with the file of each. */
export async function crawlRoutes(
  dir: string,
  ignore: RegExp[],
): Promise<{ file: string; route: Omit<FsRoute, "module"> }[]> {
  const files = (await listModules(dir, ignore)).filter((file) => !/(^|\/)\(_[^/]*\)\//.test(below(dir, file)));
  return files
    .map((file) => ({ file, id: below(dir, file).replace(/\.[jt]sx?$/, "") }))
    .sort((a, b) => compareRoutes(a.id, b.id))
    .map(({ file, id }) => {
      const folder = id.slice(0, Math.max(0, id.lastIndexOf("/")));
      const type = SPECIAL[basename(id)] ?? "route";
      const path = toPattern(type === "route" ? id : folder);
      return { file, route: { filePath: below(dir, file), type, path, scope: toPattern(folder, true) } };
    });
}
