import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { IslandFile } from "./crawl.ts";

/** A file of the bundle, by its name. */
export interface Chunk {
  name: string;
  contents: Uint8Array<ArrayBuffer>;
  hash: string;
}

/** What to bundle and for whom. */
export interface BundleOptions {
  root: string;
  buildId: string;
  dev: boolean;
  target: string | string[];
  islands: IslandFile[];
}

const BUILD_ID_MODULE = fileURLToPath(new URL("../build_id.ts", import.meta.url));

/** `name` of `name`, `npm:name@1.2.3/part` … as a package manager's folder knows it: with the part, no version. */
function bareName(specifier: string): string {
  return specifier.replace(/^npm:\/?/, "").replace(/^(@[^/]+\/[^@/]+|[^@/]+)@[^/]*/, "$1");
}

/**
 * Resolves what Deno's import map answers for: aliases and JSR packages to their file, npm packages to the folder
 * Deno installed them in, where esbuild then picks the variant for browsers. As upstream, it leaves what Node calls a
 * module of its own to the browser, even where there is a package of that name.
 */
function denoResolver(): esbuild.Plugin {
  return {
    name: "deno",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args) => {
        if (isBuiltin(args.path)) return { path: args.path, external: true };
        const byMap = args.kind !== "entry-point" && args.pluginData !== "resolved" &&
          !args.importer.includes("node_modules");
        if (!byMap || args.path.startsWith("data:")) return undefined;
        const url = import.meta.resolve(args.path);
        if (!url.startsWith("file:")) return undefined;
        const path = fileURLToPath(url);
        if (!path.includes("node_modules")) return { path };
        const { kind, importer } = args;
        const found = await build.resolve(bareName(args.path), {
          kind,
          importer,
          resolveDir: dirname(path),
          pluginData: "resolved",
        });
        return found.errors.length === 0 ? found : { path };
      });
    },
  };
}

function constantBuildId(buildId: string): esbuild.Plugin {
  return {
    name: "build-id",
    setup(build) {
      build.onLoad(
        { filter: /build_id\.ts$/ },
        ({ path }) =>
          path === BUILD_ID_MODULE ? { contents: `export const BUILD_ID = ${JSON.stringify(buildId)};` } : undefined,
      );
    },
  };
}

/** Bundles the boot script and every module of islands; what several of them import is bundled once. */
export async function bundle(options: BundleOptions): Promise<Chunk[]> {
  const { root, buildId, dev, target, islands } = options;
  const runtime = new URL(dev ? "../runtime_dev.ts" : "../runtime_client.ts", import.meta.url);
  const result = await esbuild.build({
    entryPoints: {
      "fresh-runtime": fileURLToPath(runtime),
      ...Object.fromEntries(islands.map(({ name, file }) => [name, file])),
    },
    absWorkingDir: root,
    outdir: root,
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target,
    minify: !dev,
    sourcemap: dev ? "inline" : false,
    jsx: "automatic",
    jsxImportSource: "preact",
    jsxDev: dev,
    define: { "process.env.NODE_ENV": JSON.stringify(dev ? "development" : "production") },
    plugins: [denoResolver(), constantBuildId(buildId)],
  });
  return result.outputFiles.map(({ path, contents, hash }) => ({
    name: path.slice(root.length).replaceAll("\\", "/").replace(/^\//, ""),
    contents: new Uint8Array(contents),
    hash,
  }));
}
