/** The processes of a benchmark: started, waited for, and ended with it. */
import { TextLineStream } from "@std/streams";
import { children } from "@/tests/children.ts";

export interface Program {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env?: Record<string, string>;
  /** Finds the address in a line of output, once it listens. */
  ready: RegExp;
  /** Its errors are not shown. */
  silent?: boolean;
}

const running = new Set<Deno.ChildProcess>();

/** Ends what was started here when this process is told to end. */
export function endWithThisProcess(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      for (const child of running) child.kill("SIGTERM");
      Deno.exit(1);
    });
  }
}

/** A program that listens. Dispose of it to end it. */
export class RunningProgram implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<void>;

  private constructor(url: string, child: Deno.ChildProcess, output: Promise<void>) {
    this.url = url;
    this.#child = child;
    this.#output = output;
  }

  /** Resolves when the program says its address. */
  static async start({ name, command, args, cwd, env = {}, ready, silent = false }: Program): Promise<RunningProgram> {
    const child = new Deno.Command(command, {
      args,
      cwd,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: silent ? "null" : "inherit",
    })
      .spawn();
    running.add(child);
    void child.status.then(() => running.delete(child));
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    const reader = lines.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`Cannot start ${name}: it ended before it listened`);
      const url = ready.exec(value)?.[1];
      if (url !== undefined) return new RunningProgram(url, child, drain(reader));
    }
  }

  /** Resident memory in bytes. */
  async memory(): Promise<number> {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(this.#child.pid)] }).output();
    return Number(new TextDecoder().decode(stdout)) * 1024;
  }

  /** Seconds of processor time that it and the processes that it runs have taken; NaN where the system has no /proc. */
  async cpuSeconds(): Promise<number> {
    const all = await Promise.all([this.#child.pid, ...children(this.#child.pid)].map(cpuSecondsOf));
    return all.reduce((sum, seconds) => sum + seconds, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (running.has(this.#child)) this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#output;
  }
}

/** Seconds of processor time that all threads of a process have taken; NaN where the system has no /proc. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  // Behind the name, which may hold blanks: user and system time are the 12th and 13th, in hundredths.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) / 100;
}

/** A pipe that nobody reads would hold the program up. */
async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
