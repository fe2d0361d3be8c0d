/** The measuring client, as its orders are given to it. */
import { TextLineStream } from "@std/streams";
import { ROOT } from "./contestants.ts";
import type { Idle, Outcome, Run } from "./plan.ts";

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

  measure(run: Run): Promise<Outcome> {
    return this.#order(run);
  }

  /** Opens sockets that stay until the next order. */
  async sit(idle: Idle): Promise<void> {
    await this.#order(idle);
  }

  async #order<Answer>(order: Run | Idle): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    const { value } = await this.#answers.read();
    if (value === undefined) throw new Error(`The measuring client died over ${JSON.stringify(order)}`);
    return JSON.parse(value) as Answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
  }
}
