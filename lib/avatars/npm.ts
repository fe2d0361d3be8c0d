/** Files out of npm packages. */
import { join } from "node:path";
import { ModelError } from "./model_error.ts";
import type { SourceContext } from "./source_context.ts";
import { exists } from "@/lib/files.ts";
import { installFromNpm } from "@/lib/npm/install.ts";
import { NpmError } from "@/lib/npm/npm_error.ts";

interface NpmPath {
  name: string;
  version: string;
  /** Inside the package; empty for all of it. */
  path: string;
}

/**
 * Dependencies of which nothing is used: they are answered with the smallest package that is needed anyway.
 * wl-live2d is wanted for two files of its own, and would bring 60 MB of renderers with them.
 */
const UNUSED_DEPENDENCIES: Record<string, Record<string, string>> = {
  "wl-live2d": {
    "pixi.js": "npm:eventemitter3@5.0.1",
    "pixi-live2d-display": "npm:eventemitter3@5.0.1",
    ramda: "npm:eventemitter3@5.0.1",
  },
};

/** Written when a package is complete, so that a broken-off download is not taken for one. */
const COMPLETE = "complete";

/**
 * Brings a package once and returns where `npm:name@version/path` is on disk. A second call needs no network.
 *
 * @throws {ModelError} when the path is wrong, or the package cannot be had
 */
export async function npmFile(specifier: string, context: SourceContext): Promise<string> {
  const wanted = parseNpmPath(specifier);
  const folder = join(context.cacheDir, "npm", `${wanted.name.replace("/", "+")}@${wanted.version}`);
  const unpacked = join(folder, "node_modules", wanted.name);
  const complete = await canBeFound(join(folder, COMPLETE)) && await canBeFound(unpacked);
  if (!complete) await install(wanted, folder, context);
  const file = join(unpacked, wanted.path);
  if (await canBeFound(file)) return file;
  throw new ModelError([{ kind: "not_found", message: `Cannot find ${specifier}: the package has no ${wanted.path}` }]);
}

function parseNpmPath(specifier: string): NpmPath {
  const match = /^npm:((?:@[\w.-]+\/)?[\w.-]+)@([\w.+-]+)(?:\/(.+))?$/.exec(specifier);
  const [, name, version, path = ""] = match ?? [];
  if (name === undefined || version === undefined || path.split(/[\\/]/).includes("..")) {
    const message = `Cannot read "${specifier}": an npm path looks like npm:name@1.0.0/folder/file`;
    throw new ModelError([{ kind: "not_found", message }]);
  }
  return { name, version, path };
}

async function install({ name, version }: NpmPath, folder: string, context: SourceContext): Promise<void> {
  using _step = context.step(`Downloading ${name} ${version} from npm`, true);
  try {
    const overrides = UNUSED_DEPENDENCIES[name] ?? {};
    await installFromNpm(folder, { dependencies: { [name]: version }, overrides }, context.signal);
  } catch (cause) {
    if (!(cause instanceof NpmError)) throw cause;
    throw new ModelError([{ kind: "unreadable", message: cause.message }], { cause });
  }
  await Deno.writeTextFile(join(folder, COMPLETE), "");
}

/**
 * Whether there is a file or a folder.
 *
 * @throws {ModelError} when that cannot be seen
 */
export async function canBeFound(path: string): Promise<boolean> {
  try {
    return await exists(path);
  } catch (cause) {
    throw new ModelError([{ kind: "unreadable", message: `Cannot look at ${path}` }], { cause });
  }
}
