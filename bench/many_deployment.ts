/** Processes behind nginx that share a store and a bus, and of which one can be killed. */
import { Program } from "@/tests/program.ts";

const PROCESSES = 3;

/** Processes at ports that stay theirs, so that nginx finds one that was started again. */
export class Deployment {
  readonly kills: number[] = [];
  readonly #programs: (Program | undefined)[] = [];
  readonly #ports = Array.from({ length: PROCESSES }, freePort);
  readonly #starting = new Set<Promise<void>>();
  readonly #folder: string;
  readonly #env: Record<string, string>;

  constructor(folder: string, env: Record<string, string>) {
    this.#folder = folder;
    this.#env = env;
  }

  get ports(): readonly number[] {
    return this.#ports;
  }

  async start(): Promise<void> {
    for (let index = 0; index < PROCESSES; index++) await this.#start(index);
    await this.#programs[0]!.until("vtuber_processes", (count) => count === PROCESSES);
  }

  /** Kills one, in their order, unless another one is not back yet; it is started again at once. */
  async kill(): Promise<void> {
    const index = this.kills.length % PROCESSES;
    const program = this.#programs[index];
    if (program === undefined || this.#programs.includes(undefined)) return;
    this.#programs[index] = undefined;
    this.kills.push(performance.now());
    program.signal("SIGKILL");
    await program.ended();
    const starting = this.#start(index).finally(() => this.#starting.delete(starting));
    this.#starting.add(starting);
  }

  /** Resolves when all are there again. */
  async whole(): Promise<void> {
    await Promise.all(this.#starting);
  }

  async end(): Promise<void> {
    await this.whole();
    await Promise.all(this.#programs.map((program) => program?.[Symbol.asyncDispose]()));
  }

  async #start(index: number): Promise<void> {
    const config = { llm: { fallback: "none" }, voice: { engine: "off" }, server: { trustedProxies: ["127.0.0.1"] } };
    const env = { ...this.#env, PORT: String(this.#ports[index]) };
    this.#programs[index] = await Program.start({ config, env, folder: this.#folder });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
