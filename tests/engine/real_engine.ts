/** llama.cpp for tests, from npm: no part of the program, of its imports or of its locks. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { tinyModel } from "./tiny_model.ts";
import { within } from "@/tests/until.ts";
import { exists, removeIfThere } from "@/lib/files.ts";
import { PROGRAM } from "@/lib/paths.ts";

const VERSION = "3.21.1";
/** Native builds by what Deno calls the platform; the others are several times as large. */
const PLATFORMS: Record<string, string> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-aarch64": "mac-arm64-metal",
  "darwin-x86_64": "mac-x64",
};
/** Kept from run to run: 83 MB. */
const FOLDER = join(PROGRAM, "data", "cache", `llama.cpp-${VERSION}`);
const INSTALL_MS = 180_000;

/** Why there is none on this machine. */
export class NoEngine extends Error {}

/** A process that has the tiny model and answers in both tongues. */
export class RealEngine implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #model: string;

  private constructor(
    url: string,
    child: Deno.ChildProcess,
    output: ReadableStreamDefaultReader<string>,
    model: string,
  ) {
    this.url = url;
    this.#child = child;
    this.#output = output;
    this.#model = model;
  }

  /** @throws {NoEngine} where its package cannot be installed */
  static async start(): Promise<RealEngine> {
    const module = await install();
    const model = await Deno.makeTempFile({ suffix: ".gguf" });
    await Deno.writeFile(model, tinyModel());
    const server = join(PROGRAM, "tests", "engine", "server.ts");
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        "--no-check",
        "--no-config",
        "--no-lock",
        "--node-modules-dir=manual",
        server,
        module,
        model,
      ],
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await within("llama.cpp listens", output.read());
    return new RealEngine(`http://127.0.0.1:${Number(value)}`, child, output, model);
  }

  /** How many answers it generates now. */
  async active(): Promise<number> {
    return (await (await fetch(this.url)).json()).active;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child.status, this.#output.cancel()]);
    await Deno.remove(this.#model);
  }
}

/** The address of its module. */
async function install(): Promise<string> {
  const build = PLATFORMS[`${Deno.build.os}-${Deno.build.arch}`];
  if (build === undefined) throw new NoEngine(`there is no llama.cpp for ${Deno.build.target}`);
  if (!await exists(FOLDER)) {
    const building = `${FOLDER}-${crypto.randomUUID()}`;
    await Deno.mkdir(building, { recursive: true });
    try {
      await npmInstall(building, ["node-llama-cpp", `@node-llama-cpp/${build}`]);
      await Deno.rename(building, FOLDER);
    } catch (error) {
      await removeIfThere(building);
      // Another run was sooner.
      if (!await exists(FOLDER)) throw error;
    }
  }
  return pathToFileURL(join(FOLDER, "node_modules", "node-llama-cpp", "dist", "index.js")).href;
}

async function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  const flags = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  try {
    const { success, stderr } = await new Deno.Command("npm", {
      args: ["install", ...flags, "--prefix", folder, ...packages.map((name) => `${name}@${VERSION}`)],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(INSTALL_MS),
    }).output();
    if (!success) throw new NoEngine(`npm cannot install it: ${new TextDecoder().decode(stderr).slice(-500)}`);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw new NoEngine("npm is not installed", { cause });
    throw cause;
  }
}
