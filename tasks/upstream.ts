// deno-lint-ignore-file no-console -- a command line program
/**
 * Runs a task against Fresh and the standard library from JSR instead of the stand-ins:
 * `deno task upstream <task> [arguments]`. It runs in a copy of the project whose deno.json has no `links`, so that
 * every program the task starts finds the same packages, and nothing here is touched. What the task writes, and a
 * development server's idea of the sources, stay in the copy, whose place is printed.
 */
import { parse } from "jsonc-parser";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What matters here of a deno.json. */
interface DenoConfig {
  links?: string[];
  exclude?: string[];
}

/** Kept between runs, as it is slow to make and belongs to the copy alone. */
const KEPT = "node_modules";

/** `config` without what answers for JSR packages in their place. */
export function withoutLinks<T extends DenoConfig>(config: T): Omit<T, "links"> {
  const { links: _, ...rest } = config;
  return rest;
}

/**
 * Whether a path of the project, written with slashes, belongs into the copy: not the stand-ins themselves, nor what
 * tasks make or the user owns, which is what deno.json excludes.
 */
export function belongsInCopy(path: string, { links = [], exclude = [] }: DenoConfig): boolean {
  const left = [...links, ...exclude, ".git", KEPT].map((each) => each.replace(/^\.\//, "").replace(/\/$/, ""));
  return !left.some((each) => path === each || path.startsWith(`${each}/`));
}

async function empty(dir: string): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  for await (const { name } of Deno.readDir(dir)) {
    if (name !== KEPT) await Deno.remove(join(dir, name), { recursive: true });
  }
}

async function copyProject(root: string, target: string, config: DenoConfig, dir = root): Promise<void> {
  for await (const entry of Deno.readDir(dir)) {
    const from = join(dir, entry.name);
    const path = relative(root, from);
    if (!belongsInCopy(path.replaceAll(sep, "/"), config)) continue;
    const to = join(target, path);
    if (entry.isFile) await Deno.copyFile(from, to);
    if (!entry.isDirectory) continue;
    await Deno.mkdir(to);
    await copyProject(root, target, config, from);
  }
}

/** Makes the copy of the project at `root` in `target`, in place of an earlier one. */
export async function makeCopy(root: string, target: string): Promise<void> {
  const config = parse(await Deno.readTextFile(join(root, "deno.json"))) as DenoConfig;
  await empty(target);
  await copyProject(root, target, config);
  await Deno.writeTextFile(join(target, "deno.json"), JSON.stringify(withoutLinks(config), null, 2));
}

/** Longest time in which JSR has to tell of a package, ms. */
const PATIENCE_MS = 60_000;

/**
 * Has Deno look at a package of JSR: it knows where JSR is.
 *
 * @param env what that Deno has in its environment besides, such as another `JSR_URL`
 * @throws {Error} when it cannot be had; the message has what Deno says
 */
export async function checkJsr(env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--quiet", "--no-config", "--no-lock", "jsr:@fresh/core@2"],
    env: { ...env, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).split("\n").find((line) => line.startsWith("error: "));
  const reason = said?.slice("error: ".length) ?? `nothing has come in ${PATIENCE_MS / 1_000} s`;
  throw new Error(
    `Cannot have Fresh from JSR: ${reason} Without it, run the task on the stand-ins: deno task <task>`,
  );
}

async function main([task, ...args]: string[]): Promise<number> {
  if (task === undefined) throw new Error("Cannot run nothing upstream: deno task upstream <task> [arguments]");
  await checkJsr();
  const root = fileURLToPath(new URL("..", import.meta.url));
  const name = createHash("sha256").update(root).digest("hex").slice(0, 8);
  const target = join(tmpdir(), `vtuber-upstream-${name}`);
  await makeCopy(root, target);
  console.error(`Running "${task}" on Fresh from JSR in ${target}`);

  const child = new Deno.Command(Deno.execPath(), { args: ["task", task, ...args], cwd: target }).spawn();
  // Ctrl+C reaches the child by itself; we stay to report how it ended.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  return (await child.status).code;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
