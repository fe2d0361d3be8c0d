/** The real program in a process of its own: what `deno task start` serves with, told by environment and signals. */
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { buildIfChanged } from "@/tasks/build.ts";

export interface ProgramOptions {
  /** What `vtuber.config.json` says; null for none: the checkout has the one that is shipped then. */
  config?: Record<string, unknown> | null;
  /** A compiled program to be run from the folder, in place of the checkout's. */
  binary?: string;
  env?: Record<string, string>;
  /** Folder of its configuration and data, kept when the program ends. Default: one of its own, removed at the end. */
  folder?: string;
}

export class Program {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;
  readonly #folder: string | undefined;

  private constructor(child: Deno.ChildProcess, url: string, output: Promise<string>, folder: string | undefined) {
    this.#child = child;
    this.url = url;
    this.#output = output;
    this.#folder = folder;
  }

  /** Builds the page if it is not up to date, starts the server and waits until it listens. */
  static async start({ config = {}, binary, env = {}, folder }: ProgramOptions = {}): Promise<Program> {
    await buildIfChanged(PROGRAM);
    const home = folder ?? await makeHome();
    const file = join(home, "vtuber.config.json");
    if (config !== null) await Deno.writeTextFile(file, JSON.stringify(config));
    const child = new Deno.Command(binary ?? Deno.execPath(), {
      args: binary === undefined ? ["run", "-A", "--quiet", join(PROGRAM, "serve.ts")] : [],
      cwd: binary === undefined ? PROGRAM : home,
      env: {
        PORT: "0",
        NO_COLOR: "1",
        ...(config !== null && { VTUBER_CONFIG: file }),
        ...(binary === undefined && { VTUBER_SERVER_DATA_DIR: join(home, "data") }),
        ...env,
      },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const { address, rest } = await listening(child.stdout);
    return new Program(child, address, rest, folder === undefined ? home : undefined);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get socketUrl(): string {
    return `${this.url.replace("http", "ws")}/ws`;
  }

  /** One number of `/metrics`, summed over its labels. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const values = page.split("\n").filter((line) => new RegExp(`^${name}[ {]`).test(line));
    return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Resolves when a number of `/metrics` is what it should be. */
  async until(name: string, expected: (value: number) => boolean): Promise<void> {
    while (!expected(await this.metric(name))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended, by itself or by a signal. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#output;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      // It has ended already, as some tests want it to.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended();
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Reads standard output up to the address, and goes on reading so that the program never waits: `rest` is all of it. */
export async function listening(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ address: string; rest: Promise<string> }> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program ended before it listened: ${said}`);
    said += value;
    const address = /http:\/\/\S+/.exec(said)?.[0];
    if (address !== undefined) return { address, rest: readAll(reader, said) };
  }
}

async function readAll(reader: ReadableStreamDefaultReader<string>, said: string): Promise<string> {
  let text = said;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
  }
}
