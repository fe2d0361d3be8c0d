/** The measuring client, as its orders are given to it. */
import { TextLineStream } from "@std/streams";
import { ROOT } from "./contestants.ts";
import type { Idle, Opened, Outcome, Run } from "./plan.ts";
import { cpuSecondsOf } from "./processes.ts";

export class MeasuringClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  constructor() {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "bench/client.ts"],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
  }

  /** @param onOpened called when all its sockets are open, before anything is asked */
  async measure(run: Run, onOpened?: () => Promise<void>): Promise<Outcome> {
    await this.#order<Opened>(run);
    await onOpened?.();
    return await this.#answer(run);
  }

  /** Seconds of processor time that it has taken. */
  cpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.#child.pid);
  }

  /** Opens sockets that stay until the next order. */
  async sit(idle: Idle): Promise<void> {
    await this.#order(idle);
  }

  async #order<Answer>(order: Run | Idle): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    return await this.#answer(order);
  }

  async #answer<Answer>(order: Run | Idle): Promise<Answer> {
    const { value } = await this.#answers.read();
    if (value === undefined) throw new Error(`The measuring client died over ${JSON.stringify(order)}`);
    return JSON.parse(value) as Answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}
