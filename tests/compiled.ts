/** The compiled program, made once for all tests that want it. */
import { join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";
import { digestFiles, SOURCES } from "@/tasks/build.ts";

/** Beside this project there may be what finds a runtime to embed where Deno's own download host is out of reach. */
const FINDER = join(PROGRAM, "../shared/tools/compile-env");
const FOLDER = join(PROGRAM, "dist/tests");
/** How long a look at Deno's download host may take, ms. */
const PATIENCE_MS = 60_000;

/** What `deno compile` needs in the environment to find a runtime. */
export type Runtime = Record<string, string>;

/** Finds a runtime to embed; undefined where there is none. */
export async function findRuntime(): Promise<Runtime | undefined> {
  if (Deno.env.has("DENORT_BIN")) return {};
  const finder = await Deno.stat(FINDER).catch(() => undefined); // Usually there is none.
  if (finder !== undefined) {
    const { success, stdout } = await new Deno.Command(FINDER, { stderr: "inherit" }).output();
    const said = new TextDecoder().decode(stdout).matchAll(/(\w+)='([^']*)'/g);
    return success ? Object.fromEntries([...said].map(([, name, value]) => [name!, value!])) : undefined;
  }
  return await canCompile() ? {} : undefined;
}

/** Whether Deno can bring a runtime by itself: tried on a program of nothing. */
async function canCompile(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "nothing.ts"), "export {};\n");
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["compile", "--quiet", "--no-config", "--output", join(folder, "nothing"), join(folder, "nothing.ts")],
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    return success;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Compiles the program unless that has been done since its sources changed. Returns its path. */
export async function compileProgram(runtime: Runtime): Promise<string> {
  const program = join(FOLDER, Deno.build.os === "windows" ? "vtuber.exe" : "vtuber");
  await Deno.mkdir(FOLDER, { recursive: true });
  // Whoever wants it meanwhile waits until it is there.
  using lock = await Deno.open(join(FOLDER, "sources.lock"), { create: true, write: true });
  await lock.lock(true);
  const stamp = join(FOLDER, "sources.sha256");
  const digest = await digestFiles(PROGRAM, [...SOURCES, "serve.ts", "tasks"]);
  if (await Deno.readTextFile(stamp).catch(() => undefined) === digest) return program;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "tasks/compile.ts", `--output=${program}`],
    cwd: PROGRAM,
    env: runtime,
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot compile the program: see above for what deno compile said");
  await Deno.writeTextFile(stamp, digest);
  return program;
}
