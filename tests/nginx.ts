/** A real nginx before a server, with nothing of its own but a temporary folder and free ports. */
import { join } from "node:path";
import { isInstalled } from "./installed.ts";
import { PATIENCE, until } from "./until.ts";
import { PROGRAM } from "@/lib/paths.ts";

/** Whether there is an nginx; elsewhere its tests are skipped. */
export const HAS_NGINX: boolean = await isInstalled("nginx", ["-v"], { PATH: searched() });

export interface Nginx extends AsyncDisposable {
  port: number;
  /** Without a slash at its end. */
  origin: string;
}

/**
 * Starts nginx with a recipe as the documents have it.
 *
 * @param locations what stands in its `server` block, besides the port
 * @param beside what stands beside that block
 */
export async function startNginx(locations: string, beside = ""): Promise<Nginx> {
  const folder = await Deno.makeTempDir({ prefix: "nginx-" });
  const port = freePort();
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(folder, name)};`).join("\n  ");
  await Deno.writeTextFile(
    file,
    `daemon off;
pid ${join(folder, "nginx.pid")};
error_log ${join(folder, "error.log")};
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary}
  ${beside}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`,
  );
  const child = new Deno.Command("nginx", {
    args: ["-p", folder, "-e", join(folder, "error.log"), "-c", file],
    env: { PATH: searched() },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const origin = `http://127.0.0.1:${port}`;
  await until("nginx listens", async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      return false;
    }
  }, { patience: PATIENCE });
  return {
    port,
    origin,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The recipe of docs/more-than-one-machine.md before servers at these ports, as {@linkcode startNginx} takes it. */
export async function readRecipe(ports: readonly number[]): Promise<[locations: string, beside: string]> {
  const text = await Deno.readTextFile(join(PROGRAM, "docs", "more-than-one-machine.md"));
  const [, block = ""] = /```nginx\n(.*?)```/s.exec(text) ?? [];
  const [, upstream = "", locations = ""] = /^(upstream.*?\n}\n).*server \{\n\s*listen 80;\n(.*)}\n$/s.exec(block) ??
    [];
  if (!locations.includes("proxy_pass http://vtuber;")) throw new Error("The recipe for nginx has another form");
  const lines = ports.map((port) => `server 127.0.0.1:${port}$1;`).join(" ");
  return [locations, upstream.replace(/(?:server 127\.0\.0\.1:\d+([^;]*);\s*)+/, lines)];
}

/** Debian keeps it where only an administrator's shell looks. */
function searched(): string {
  return `${Deno.env.get("PATH") ?? ""}:/usr/sbin:/usr/local/sbin`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
