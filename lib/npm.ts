/** Packages of npm, with Deno itself as npm's client: it knows the user's registry, proxy and cache. */
import { join } from "node:path";

/** What is to be brought: versions by name. */
export interface NpmPackages {
  dependencies: Readonly<Record<string, string>>;
  /** What answers for packages that they depend on. */
  overrides?: Readonly<Record<string, string>>;
}

/** Why packages cannot be brought. */
export class NpmError extends Error {
  override readonly name = "NpmError";
}

/**
 * Brings packages into `node_modules` of a folder, which is made.
 *
 * @throws {NpmError} when npm does not have them, or this is a compiled program
 * @throws the reason of `signal`
 */
export async function installFromNpm(
  folder: string,
  { dependencies, overrides = {} }: NpmPackages,
  signal?: AbortSignal,
): Promise<void> {
  const names = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`).join(" and ");
  if (Deno.build.standalone) throw new NpmError(`Cannot bring ${names}: a compiled program has no npm client`);
  await Deno.mkdir(folder, { recursive: true });
  // A configuration of its own keeps the folder apart from the project around it.
  await Deno.writeTextFile(join(folder, "deno.json"), '{ "nodeModulesDir": "auto" }\n');
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ dependencies, overrides }, null, 2));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--no-lock", "--quiet"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  signal?.throwIfAborted();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().replace(/^error: /, "").split("\n").slice(0, 3).join(" ");
  throw new NpmError(`Cannot download ${names} from npm: ${reason}`);
}
