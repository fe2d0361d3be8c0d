/** `deno task compile`: one binary with the page, the islands, the Cores and the default model inside. */
import { join } from "node:path";
import { BROUGHT, buildIfChanged } from "./build.ts";
import { parseConfig } from "@/lib/config/load.ts";
import { complain } from "@/lib/telemetry/log.ts";
import { syncAloud } from "@/lib/models/tell_sync.ts";
import { BUNDLE, PROGRAM } from "@/lib/paths.ts";

const ENTRY = "serve.ts";
const PACKAGES = join("node_modules", ".deno");

// The default model, whatever this checkout is configured to show: others are the user's, beside the binary.
await syncAloud({ config: parseConfig("").config, root: PROGRAM, staticDir: BUNDLE });
await buildIfChanged(PROGRAM);
const named = Deno.args.some((argument) => /^(-o|--output)(=|$)/.test(argument));
const { code } = await new Deno.Command(Deno.env.get("DENO_FOR_COMPILE") ?? Deno.execPath(), {
  args: [
    "compile",
    "-A",
    "--no-check",
    "--quiet",
    "--include=_fresh",
    "--include=static",
    `--include=${BUNDLE}`,
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
if (code === 0) complain("The binary is ready");
Deno.exit(code);

/** Folders of packages that only the build and the tests use: more than half of what would otherwise go in. */
async function unusedPackages(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", ENTRY], cwd: PROGRAM })
    .output();
  const { npmPackages } = JSON.parse(new TextDecoder().decode(stdout)) as {
    npmPackages: Record<string, { name: string; version: string }>;
  };
  const used = new Set(Object.values(npmPackages).map(({ name, version }) => `${name.replace("/", "+")}@${version}`));
  const unused: string[] = [];
  for await (const { name: folder } of Deno.readDir(join(PROGRAM, PACKAGES))) {
    // Copies for other sets of peers carry a number behind an underscore.
    const [, name] = /^(.+)@/.exec(folder) ?? [];
    if (name === undefined || used.has(folder.replace(/_\d+$/, ""))) continue;
    unused.push(join(PACKAGES, folder, "node_modules", name.replace("+", "/")));
  }
  return unused;
}
