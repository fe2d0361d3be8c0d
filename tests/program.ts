/** The real program in a process of its own: what `deno task start` serves with, told by environment and signals. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { PATIENCE, until, within } from "./until.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { buildIfChanged } from "@/tasks/build.ts";

/** How long a start may take that builds the page before, ms. */
const START_MS = 2 * PATIENCE;
/** Whoever runs tests has laid out node_modules: to look that over again takes a fifth of a start. */
const LAID_OUT = "--node-modules-dir=manual";

/** Looked at once, for sources do not change while tests run. */
let built: Promise<boolean> | undefined;

export interface ProgramOptions {
  /** What `vtuber.config.json` says; null for none: the checkout has the one that is shipped then. */
  config?: Record<string, unknown> | null;
  /** A compiled program to be run from the folder, in place of the checkout's. */
  binary?: string;
  env?: Record<string, string>;
  /** Folder of its configuration and data, kept when the program ends. Default: one of its own, removed at the end. */
  folder?: string;
  /** A module that runs in its process before it. */
  preload?: string;
  /** Open it to {@linkcode Program.collectGarbage}. */
  inspected?: boolean;
}

export class Program {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  readonly #complaints: string[];
  readonly #folder: string | undefined;
  readonly #inspector: string;

  private constructor(
    child: Deno.ChildProcess,
    url: string,
    output: Promise<unknown>,
    complaints: string[],
    folder: string | undefined,
    inspector: string,
  ) {
    this.#child = child;
    this.url = url;
    this.#output = output;
    this.#complaints = complaints;
    this.#folder = folder;
    this.#inspector = inspector;
  }

  /** Builds the page if it is not up to date, starts the server and waits until it listens. */
  static async start(
    { config = {}, binary, env = {}, folder, preload, inspected = false }: ProgramOptions = {},
  ): Promise<Program> {
    await (built ??= buildIfChanged(PROGRAM));
    const home = folder ?? await makeHome();
    const file = join(home, "vtuber.config.json");
    if (config !== null) await Deno.writeTextFile(file, JSON.stringify(config));
    const inspector = `127.0.0.1:${freePort()}`;
    const flags = [
      ...(inspected ? [`--inspect=${inspector}`] : []),
      ...(preload === undefined ? [] : ["--preload", preload]),
    ];
    const child = new Deno.Command(binary ?? Deno.execPath(), {
      args: binary === undefined ? ["run", "-A", "--quiet", LAID_OUT, ...flags, join(PROGRAM, "serve.ts")] : [],
      cwd: binary === undefined ? PROGRAM : home,
      env: {
        PORT: "0",
        NO_COLOR: "1",
        ...(config !== null && { VTUBER_CONFIG: file }),
        ...(binary === undefined && { VTUBER_SERVER_DATA_DIR: join(home, "data") }),
        ...env,
      },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const complaints: string[] = [];
    const complained = passOn(child.stderr, complaints);
    const { address, rest } = await listening(child.stdout);
    const output = Promise.all([rest, complained]);
    return new Program(child, address, output, complaints, folder === undefined ? home : undefined, inspector);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get socketUrl(): string {
    return `${this.url.replace("http", "ws")}/ws`;
  }

  /** What it has said on standard error so far. */
  get complaints(): string {
    return this.#complaints.join("");
  }

  /** One number of `/metrics`, summed over its labels. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const values = page.split("\n").filter((line) => new RegExp(`^${name}[ {]`).test(line));
    return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Resolves when a number of `/metrics` is what it should be; fails when it is not in time. */
  async until(name: string, expected: (value: number) => boolean, patience: number = PATIENCE): Promise<void> {
    let value = NaN;
    await until(() => `${name}, which is ${value}`, async () => expected(value = await this.metric(name)), {
      patience,
    });
  }

  /** Has all memory collected that nothing holds, as far as V8 can; the program must be inspected. */
  async collectGarbage(): Promise<void> {
    const [target] = await (await fetch(`http://${this.#inspector}/json/list`)).json();
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    const answer = Promise.withResolvers<MessageEvent>();
    socket.onopen = () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}');
    socket.onmessage = answer.resolve;
    socket.onerror = () => answer.reject(new Error("Cannot reach the inspector"));
    assertEquals(JSON.parse((await within("the collector is through", answer.promise)).data), { id: 1, result: {} });
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended, by itself or by a signal. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await within("the program ends", this.#child.status);
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

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Reads standard output up to the address, and goes on reading so that the program never waits: `rest` is all of it. */
export async function listening(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ address: string; rest: Promise<string> }> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  for (;;) {
    const { value, done } = await within(() => `the program listens; it said "${said}"`, reader.read(), START_MS);
    if (done) throw new Error(`The program ended before it listened: ${said}`);
    said += value;
    const address = /http:\/\/\S+/.exec(said)?.[0];
    if (address !== undefined) return { address, rest: readAll(reader, said) };
  }
}

/** Keeps what is said on standard error, and says it again. */
async function passOn(stderr: ReadableStream<Uint8Array<ArrayBuffer>>, kept: string[]): Promise<void> {
  for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
    kept.push(text);
    await Deno.stderr.write(new TextEncoder().encode(text));
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
