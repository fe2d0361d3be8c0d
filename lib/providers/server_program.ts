/** Starts a provider's server on this machine where its program is installed, and ends what it has started. */
import { delimiter, join } from "node:path";
import { LlmError, type ServerCommand } from "./provider.ts";
import { ifThere } from "@/lib/files.ts";
import { inTime } from "@/lib/waiting.ts";

export interface Start {
  command: ServerCommand;
  /** Where it is to listen. */
  address: string;
  /** Whether it answers there. */
  isThere(): Promise<boolean>;
}

/** How long it may take until it answers, ms, and how often it is looked for. */
const READY_MS = 30_000;
const LOOK_MS = 200;
/** How long it may take to end when it is asked to, ms. */
const END_MS = 5_000;
/** How much is kept of what it says, in letters: the last of it says why it ended. */
const KEPT = 1_000;

/** The one server that this process may have started. It ends with it. */
export class ServerProgram {
  #running: RunningProgram | undefined;
  #starting: Promise<void> | undefined;

  /**
   * Starts it, and resolves when it answers; whoever asks meanwhile waits for the same one.
   *
   * @throws {LlmError} when it is not installed, or ends or keeps silent instead: with the last of what it has said
   */
  start(start: Start): Promise<void> {
    return this.#starting ??= this.#start(start).finally(() => {
      this.#starting = undefined;
    });
  }

  /** Ends what was started. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.end();
  }

  async #start({ command, address, isThere }: Start): Promise<void> {
    const { program, args } = command;
    const name = [program, ...args].join(" ");
    const path = await findProgram(program);
    if (path === undefined) throw new LlmError("llm_failed", `Cannot start ${name}: it is not on the server's PATH`);
    // One that was started and does not answer any more stands in the way.
    await this.close();
    const running = this.#running = new RunningProgram(path, args, command.env(address));
    for (const end = performance.now() + READY_MS; !await isThere();) {
      if (running.code !== undefined) throw failed(`${name} has ended with code ${running.code}`, running);
      if (performance.now() > end) {
        await this.close();
        throw failed(`${name} does not answer at ${address} within ${READY_MS / 1_000} s`, running);
      }
      await inTime(running.ended, AbortSignal.timeout(LOOK_MS));
    }
  }
}

/** Where a program is that is found on the PATH; undefined where it is not installed. */
export async function findProgram(program: string): Promise<string | undefined> {
  const isWindows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const path = join(folder, isWindows ? `${program}.exe` : program);
    const file = await ifThere(Deno.stat(path));
    if (file?.isFile && (isWindows || ((file.mode ?? 0) & 0o111) !== 0)) return path;
  }
}

/** A process, and the last of what it has said. */
class RunningProgram {
  /** Resolves when it has ended and everything it said is known. */
  readonly ended: Promise<void>;
  /** Undefined while it runs. */
  code: number | undefined;
  readonly #child: Deno.ChildProcess;
  #said = "";

  constructor(path: string, args: readonly string[], env: Record<string, string>) {
    this.#child = new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env: { ...withoutOwn(Deno.env.toObject()), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = this.#follow();
  }

  /** What it has said last, without passwords in addresses: such servers print their environment. */
  get said(): string {
    return this.#said.replace(/:\/\/[^\s/@]+@/g, "://").trim();
  }

  async end(): Promise<void> {
    this.#kill("SIGTERM");
    if (!await inTime(this.ended, AbortSignal.timeout(END_MS))) this.#kill("SIGKILL");
    await this.ended;
  }

  async #follow(): Promise<void> {
    const { stdout, stderr, status } = this.#child;
    const [{ code }] = await Promise.all([status, this.#keep(stdout), this.#keep(stderr)]);
    this.code = code;
  }

  async #keep(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      this.#said = (this.#said + text).slice(-KEPT);
    }
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Our own variables may hold secrets, which are nobody else's business. */
function withoutOwn(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("VTUBER_")));
}

function failed(what: string, { said }: RunningProgram): LlmError {
  return new LlmError("llm_failed", said === "" ? what : `${what}. It says:\n${said}`);
}
