import { isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { App, type ListenOptions, serve, setBuildCache } from "../app.ts";
import { type BuildCache, registerIslands } from "../build_cache.ts";
import { BUILD_ID } from "../build_id.ts";
import { bundle, type Chunk } from "./bundle.ts";
import { crawlIslands, crawlRoutes } from "./crawl.ts";
import { type DiskBuild, writeBuild } from "./disk.ts";
import { MemoryBuildCache } from "./memory_cache.ts";
import { FileTransformer, type OnTransformOptions, type TransformFn } from "./transform.ts";

/** Options of a {@linkcode Builder}. Relative paths start at `root`, which itself is by default the working folder. */
export interface BuildOptions {
  /** What esbuild may take for granted. Default: chrome99, firefox99, safari15. */
  target?: string | string[];
  root?: string;
  /** Default: `_fresh` */
  outDir?: string;
  /** Default: `static` */
  staticDir?: string | string[];
  /** Default: `islands` */
  islandDir?: string;
  /** Default: `routes` */
  routeDir?: string;
  /** The module that exports `app`. Default: `main.ts` */
  serverEntry?: string;
  /** Modules that are neither routes nor islands. Default: tests. */
  ignore?: RegExp[];
}

/** {@linkcode BuildOptions} with nothing left open and paths absolute. */
export type ResolvedBuildConfig = Required<Omit<BuildOptions, "staticDir">> & {
  staticDir: string[];
  mode: "development" | "production";
  buildId: string;
};

function absolute(path: string, root: string): string {
  if (path.startsWith("file:")) return fileURLToPath(path);
  return isAbsolute(path) ? path : join(root, path);
}

/** Bundles the islands of a project and serves it in development. */
// deno-lint-ignore no-explicit-any -- as upstream: a builder for an app of any state
export class Builder<State = any> {
  config: ResolvedBuildConfig;
  #transformer = new FileTransformer();

  constructor(options: BuildOptions = {}) {
    const root = absolute(options.root ?? ".", Deno.cwd());
    this.config = {
      root,
      outDir: absolute(options.outDir ?? "_fresh", root),
      staticDir: [options.staticDir ?? "static"].flat().map((dir) => absolute(dir, root)),
      islandDir: absolute(options.islandDir ?? "islands", root),
      routeDir: absolute(options.routeDir ?? "routes", root),
      serverEntry: absolute(options.serverEntry ?? "main.ts", root),
      ignore: options.ignore ?? [/[._]test\.(?:[tj]sx?|[mc][tj]s)$/],
      target: options.target ?? ["chrome99", "firefox99", "safari15"],
      mode: "production",
      buildId: BUILD_ID,
    };
  }

  /** Has static files go through a function before they are served: once in a build, at each request otherwise. */
  onTransformStaticFile(options: OnTransformOptions, callback: TransformFn): void {
    this.#transformer.add(options, callback);
  }

  /** Builds; the function it resolves to gives the result to an app, before the app's `handler()`. */
  async build(
    options: { mode?: ResolvedBuildConfig["mode"]; snapshot?: "disk" | "memory" } = {},
  ): Promise<(app: App<State>) => void> {
    this.config.mode = options.mode ?? "production";
    const build = await this.#bundle();
    if (options.snapshot === "memory") {
      const cache = await this.#load(build);
      return (app) => setBuildCache(app, cache, app.config.mode);
    }
    await writeBuild(build);
    return () => {
      throw new Error(`Cannot apply a build on disk to an app: run ${join(this.config.outDir, "server.js")} instead`);
    };
  }

  /** Serves in development: nothing is cached, and pages reload when this process has been restarted. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    this.config.mode = "development";
    const imported = await importApp();
    const app = imported instanceof App ? imported : imported.app;
    setBuildCache(app, await this.#load(await this.#bundle()), "development");
    const handler = app.handler();
    const revision = Date.now();

    await serve((request, info) => {
      if (new URL(request.url).pathname !== "/_frsh/alive") return handler(request, info);
      if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 501 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send(JSON.stringify({ type: "initial-state", revision }));
      return response;
    }, options);
  }

  async #bundle(): Promise<DiskBuild> {
    const { root, outDir, staticDir, islandDir, routeDir, serverEntry, ignore, target, mode, buildId } = this.config;
    const islands = await crawlIslands(islandDir, ignore);
    const files = await bundle({ root, buildId, dev: mode === "development", target, islands });
    const address = (name: string): string => `/_fresh/js/${buildId}/${name}.js`;
    return {
      root,
      outDir,
      staticDirs: staticDir,
      serverEntry,
      buildId,
      clientEntry: address("fresh-runtime"),
      islands: islands.map((island) => ({ ...island, url: address(island.name) })),
      routes: await crawlRoutes(routeDir, ignore),
      transform: (path, mode) => this.#transformer.process({ path, mode, root, target }),
      chunks: new Map(files.map((chunk): [string, Chunk] => [`/_fresh/js/${buildId}/${chunk.name}`, chunk])),
    };
  }

  async #load(build: DiskBuild): Promise<BuildCache> {
    const load = (file: string): Promise<Record<string, unknown>> => import(pathToFileURL(file).href);
    const modules = build.islands.map(async ({ name, file, url }) => ({ name, file: url, module: await load(file) }));
    const routes = build.routes.map(async ({ file, route }) => ({ ...route, module: await load(file) }));
    return new MemoryBuildCache({
      root: build.root,
      clientEntry: build.clientEntry,
      alwaysBoot: this.config.mode === "development",
      islands: registerIslands(await Promise.all(modules)),
      routes: await Promise.all(routes),
      chunks: build.chunks,
      staticDirs: build.staticDirs,
      transform: build.transform,
    });
  }
}
