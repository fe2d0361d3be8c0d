import { join } from "node:path";
import { type BuildCache, openFile, type StaticFile } from "../build_cache.ts";
import type { FsRoute } from "../fs_routes.ts";
import type { Island } from "../types.ts";
import type { Chunk } from "./bundle.ts";
import { contentType } from "./content_type.ts";
import type { TransformFile } from "./transform.ts";

/** What a build in memory holds beside what every build does. */
type MemoryBuild = Omit<BuildCache, "readFile"> & {
  chunks: Map<string, Chunk>;
  staticDirs: string[];
  transform: TransformFile;
};

/** A build that is kept in memory, beside the static files as they are now on disk. */
export class MemoryBuildCache implements BuildCache {
  root: string;
  clientEntry: string;
  alwaysBoot: boolean;
  islands: Map<unknown, Island>;
  routes: FsRoute[];
  #chunks: Map<string, Chunk>;
  #staticDirs: string[];
  #transform: TransformFile;

  constructor(init: MemoryBuild) {
    this.root = init.root;
    this.clientEntry = init.clientEntry;
    this.alwaysBoot = init.alwaysBoot;
    this.islands = init.islands;
    this.routes = init.routes;
    this.#chunks = init.chunks;
    this.#staticDirs = init.staticDirs;
    this.#transform = init.transform;
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const chunk = this.#chunks.get(pathname);
    if (chunk) {
      const { hash, contents } = chunk;
      const open = (): Promise<BodyInit> => Promise.resolve(contents);
      return { hash, size: contents.byteLength, contentType: contentType(pathname), open };
    }
    if (!isServable(pathname)) return null;
    for (const dir of this.#staticDirs) {
      const path = join(dir, pathname);
      const size = await sizeOf(path);
      if (size === null) continue;
      const made = await this.#transform(path, "development");
      const open = (): Promise<BodyInit> => made === null ? openFile(path) : Promise.resolve(made);
      return { hash: null, size: made?.byteLength ?? size, contentType: contentType(path), open };
    }
    return null;
  }
}

/** Whether a path can name a static file: nothing hidden (but `.well-known`), nothing outside. */
export function isServable(pathname: string): boolean {
  return !/[\0\\]/.test(pathname) && pathname.split("/").every((part) => !/^\.(?!well-known$)/.test(part));
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile ? size : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}
