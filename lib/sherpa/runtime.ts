/**
 * sherpa-onnx itself, from a folder of its npm packages: native where that runs, as WebAssembly elsewhere. It is
 * required by an absolute path, so that it lies beside a compiled program: from inside of one no native code is loaded.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

/** The version that is meant; others have other files. */
export const SHERPA_VERSION = "1.13.8";

/** What its processes may: it needs nothing of the network, and writes nothing. */
export const SHERPA_PERMISSIONS = ["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];

/** A model is faster by more threads, but the server and the language model want some, too. */
export const THREADS = Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)));

/** Packages of sherpa-onnx, each by its folder. */
export interface RuntimePackages {
  /** `sherpa-onnx-node`, with the package of this platform beside it. */
  native?: string;
  /** `sherpa-onnx`. */
  wasm?: string;
}

/**
 * What a package exports, of which every part of this program names what it uses.
 *
 * NOTICE: that is taken on trust: the packages have no types, and their version is fixed.
 */
export type Runtime<Native, Wasm> = { kind: "native"; exports: Native } | { kind: "wasm"; exports: Wasm };

/** What a module of Node's can do, which its types leave out. */
type CompilingModule = NodeJS.Module & { _compile(source: string, path: string): void };

/**
 * The packages in a folder, or in its node_modules.
 *
 * @returns undefined when it has none of the version that is meant that could run on this machine
 */
export async function findPackages(folder: string): Promise<RuntimePackages | undefined> {
  for (const place of [folder, join(folder, "node_modules")]) {
    const has = async (name: string) => await versionIn(join(place, name)) === SHERPA_VERSION;
    const native = await has("sherpa-onnx-node") && await has(`sherpa-onnx-${platform()}`);
    const wasm = await has("sherpa-onnx");
    if (!native && !wasm) continue;
    return {
      ...(native && { native: join(place, "sherpa-onnx-node") }),
      ...(wasm && { wasm: join(place, "sherpa-onnx") }),
    };
  }
  return undefined;
}

/** The version of a package; undefined where there is none. */
async function versionIn(folder: string): Promise<unknown> {
  try {
    const described = JSON.parse(await Deno.readTextFile(join(folder, "package.json"))) as { version?: unknown } | null;
    return described?.version;
  } catch {
    // One that cannot be read cannot be loaded either.
    return undefined;
  }
}

/** What to do where {@linkcode findPackages} has found none, in one sentence. */
export const NEEDS_PACKAGES =
  `Fetch sherpa-onnx ${SHERPA_VERSION} in the settings, or put its npm packages into runtimes/sherpa-onnx-${SHERPA_VERSION} of the data folder`;

/** As the packages of platforms are called: `linux-x64`. */
export function platform(): string {
  return `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

/**
 * Loads what runs here.
 *
 * @throws {Error} when neither does
 */
export function openRuntime<Native, Wasm>({ native, wasm }: RuntimePackages): Runtime<Native, Wasm> {
  const reasons: string[] = [];
  for (const [kind, folder] of [["native", native], ["wasm", wasm]] as const) {
    try {
      if (folder !== undefined) return { kind, exports: requireFrom(folder) } as Runtime<Native, Wasm>;
    } catch (error) {
      reasons.push(String(error));
    }
  }
  throw new Error(`sherpa-onnx does not run here: ${reasons.join("; ")}`);
}

/** NOTICE: a compiled program finds JavaScript only inside of itself, unless it is told how to read it from elsewhere. */
function requireFrom(folder: string): unknown {
  const require = createRequire(join(folder, "package.json"));
  if (Deno.build.standalone) {
    require.extensions[".js"] = (module, path) => {
      (module as CompilingModule)._compile(readFileSync(path, "utf8"), path);
    };
  }
  return require(folder);
}
