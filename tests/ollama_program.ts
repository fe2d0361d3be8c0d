/** An `ollama` on the PATH, for tests: a script that starts the stub where OLLAMA_HOST says, or what a test wants. */
import { delimiter, join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";

/** Until it is disposed of, the PATH begins with a folder that has it. */
export class OllamaProgram implements AsyncDisposable {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  /** @param script of a shell, to which `$*` is what it was called with. Default: serves as Ollama does */
  static async install(script: string = SERVES): Promise<OllamaProgram> {
    const folder = await Deno.makeTempDir({ prefix: "vtuber-ollama-" });
    await Deno.writeTextFile(join(folder, "ollama"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const path = Deno.env.get("PATH") ?? "";
    Deno.env.set("PATH", folder + delimiter + path);
    return new OllamaProgram(folder, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Deno.env.set("PATH", this.#path);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const STUB = join(PROGRAM, "tests", "stub_ollama.ts");
const SERVES = `[ "$*" = serve ] && exec '${Deno.execPath()}' run -A --quiet --no-check '--lock=${
  join(PROGRAM, "tests", "deno.lock")
}' '${STUB}' --port "\${OLLAMA_HOST##*:}"`;

/** An address of this machine at which nobody listens. */
export function freeAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}
