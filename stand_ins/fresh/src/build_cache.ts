import type { ComponentType } from "preact";
import { join } from "node:path";
import { setBuildId } from "./build_id.ts";
import type { FsRoute } from "./fs_routes.ts";
import type { Island } from "./types.ts";

/** A file ready to be sent. `hash` is null where it may change at any time. */
export interface StaticFile {
  hash: string | null;
  size: number;
  contentType: string;
  /** Opens the file. Whoever calls this reads or cancels the body. */
  open(): Promise<BodyInit>;
}

/** What a build gives to an app. */
export interface BuildCache {
  /** The folder of the project. */
  root: string;
  /** The address of the script that boots the islands. */
  clientEntry: string;
  /** Whether every page loads the boot script, for the reload in development. */
  alwaysBoot: boolean;
  islands: Map<unknown, Island>;
  routes: FsRoute[];
  /** The static file at a decoded path, or null. */
  readFile(pathname: string): Promise<StaticFile | null>;
}

/** A module of islands as the generated snapshot imports it. */
export interface IslandModule {
  name: string;
  file: string;
  module: Record<string, unknown>;
}

/** What the generated `snapshot.js` exports. Paths of files are relative to the root of the project. */
export interface Snapshot {
  version: string;
  clientEntry: string;
  islands: IslandModule[];
  fsRoutes: FsRoute[];
  staticFiles: Map<string, { filePath: string; contentType: string; hash: string }>;
}

/** Gives out names that are identifiers and never the same twice. */
export class Namer {
  #taken = new Set<string>();

  name(wanted: string): string {
    const base = wanted.replaceAll(/[^A-Za-z0-9_$]+/g, "_").replace(/^(?=\d)/, "_");
    let name = base;
    for (let count = 1; this.#taken.has(name); count++) name = `${base}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Every exported function of the modules, by itself, as an island. */
export function registerIslands(modules: IslandModule[]): Map<unknown, Island> {
  const namer = new Namer();
  const islands = new Map<unknown, Island>();
  for (const { name, file, module } of modules) {
    for (const [exportName, fn] of Object.entries(module)) {
      if (typeof fn !== "function") continue;
      const unique = namer.name(exportName === "default" ? name : exportName);
      islands.set(fn, { file, name: unique, exportName, fn: fn as ComponentType, css: [] });
    }
  }
  return islands;
}

/** A build on disk, or inside a compiled binary. It names the state of its app, as upstream has it. */
export class ProdBuildCache<_State> implements BuildCache {
  root: string;
  clientEntry: string;
  alwaysBoot = false;
  islands: Map<unknown, Island>;
  routes: FsRoute[];
  #files: Snapshot["staticFiles"];

  constructor(root: string, snapshot: Snapshot) {
    setBuildId(snapshot.version);
    this.root = root;
    this.clientEntry = snapshot.clientEntry;
    this.islands = registerIslands(snapshot.islands);
    this.routes = snapshot.fsRoutes;
    this.#files = snapshot.staticFiles;
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const file = this.#files.get(pathname);
    if (!file) return null;
    const path = join(this.root, file.filePath);
    const { size } = await Deno.stat(path);
    return { ...file, size, open: () => openFile(path) };
  }
}

/** The contents of a file as the body of a response. */
export async function openFile(path: string): Promise<BodyInit> {
  return (await Deno.open(path)).readable;
}
