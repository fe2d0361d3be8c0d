/** A real nats-server with JetStream, with nothing of its own but a temporary folder and a free port. */
import { join } from "node:path";
import { isInstalled } from "./installed.ts";
import { until } from "./until.ts";

/** Whether there is a nats-server; elsewhere its tests are skipped. */
export const HAS_NATS: boolean = await isInstalled("nats-server", ["--version"]);
// deno-lint-ignore no-console -- a skipped test has to say so
if (!HAS_NATS) console.warn("There is no nats-server: tests of the bus on NATS are skipped.");

export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<NatsServer> {
    const folder = await Deno.makeTempDir({ prefix: "nats-" });
    const server = new NatsServer(freePort(), folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again with what it has kept on disk. */
  async start(): Promise<void> {
    this.#child = new Deno.Command("nats-server", {
      args: ["-js", "-sd", join(this.#folder, "js"), "-a", "127.0.0.1", "-p", String(this.port)],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until("nats-server listens", async () => {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return true;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        return false;
      }
    });
  }

  /** It keeps its connections, and says nothing any more. */
  hang(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Ends it; `forget` takes what it has kept as well. */
  async stop({ forget = false } = {}): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
    if (forget) await Deno.remove(join(this.#folder, "js"), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
