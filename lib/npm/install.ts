/**
 * Packages of npm, with Deno itself as npm's client: it knows the user's registry, proxy and cache. A compiled program has
 * no Deno to ask, and fetches them itself.
 */
import { join } from "node:path";
import { NpmError } from "./npm_error.ts";

/** What is to be brought: versions by name. */
export interface NpmPackages {
  dependencies: Readonly<Record<string, string>>;
  /** What answers for packages that they depend on. A compiled program brings none of those. */
  overrides?: Readonly<Record<string, string>>;
}

/**
 * Brings packages into `node_modules` of a folder, which is made.
 *
 * @throws {NpmError} when npm does not have them
 * @throws the reason of `signal`
 */
export async function installFromNpm(
  folder: string,
  { dependencies, overrides = {} }: NpmPackages,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const wanted = Object.entries(dependencies);
  if (Deno.build.standalone) {
    const { fetchPackage } = await import("./fetch_package.ts"); // No other program needs it.
    for (const [name, version] of wanted) await fetchPackage(name, version, folder, { signal });
    return;
  }
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
    signal,
  }).output();
  signal.throwIfAborted();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().replace(/^error: /, "").split("\n").slice(0, 3).join(" ");
  const names = wanted.map(([name, version]) => `${name} ${version}`).join(" and ");
  throw new NpmError(`Cannot download ${names} from npm: ${reason}`);
}
