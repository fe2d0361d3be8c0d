/** Builds the page when what it is made of has changed since the last build. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** What the build reads, relative to the project. */
export const SOURCES = [
  "deno.json",
  "deno.lock",
  "dev.ts",
  "main.ts",
  "app.ts",
  "utils.ts",
  "routes",
  "web",
  "lib",
  "static",
  "stand_ins",
  "tasks/precompress.ts",
  "tasks/scripts.ts",
  "tasks/styles.ts",
];
/** Below these is what other tasks bring: served as it is, not built. */
export const BROUGHT = ["static/model", "static/vendor", "static/app-config.json"];

/**
 * Runs the build in a process of its own, unless `_fresh/` is up to date. Returns whether it ran.
 *
 * @param began called when it is not, before the build
 * @throws {Error} when the build fails, which has told on standard error why
 */
export async function buildIfChanged(root: string, began?: () => void): Promise<boolean> {
  await Deno.mkdir(join(root, "_fresh"), { recursive: true });
  // Whoever wants the build meanwhile waits until it is there.
  using lock = await Deno.open(join(root, "_fresh", "sources.lock"), { create: true, write: true });
  await lock.lock(true);
  const stamp = join(root, "_fresh", "sources.sha256");
  const digest = await digestFiles(root, SOURCES);
  const built = await Deno.readTextFile(stamp).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (built === digest) return false;
  began?.();
  // Bundling takes memory and leaves a service behind: the server shall have neither.
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "dev.ts", "build"],
    cwd: root,
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot build the page: see above for what esbuild or Fresh said");
  await Deno.writeTextFile(stamp, digest);
  return true;
}

/** What stands for all files of these names and below them, and for the version of Deno. */
export async function digestFiles(root: string, sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(Deno.version.deno);
  for (const source of sources) {
    for (const path of (await filesOf(root, source)).sort()) {
      hash.update(`${path}\0`).update(await Deno.readFile(join(root, path)));
    }
  }
  return hash.digest("hex");
}

async function filesOf(root: string, path: string): Promise<string[]> {
  if (BROUGHT.includes(path)) return [];
  const info = await Deno.stat(join(root, path));
  if (info.isFile) return [path];
  const found: string[] = [];
  for await (const entry of Deno.readDir(join(root, path))) found.push(...await filesOf(root, `${path}/${entry.name}`));
  return found;
}
