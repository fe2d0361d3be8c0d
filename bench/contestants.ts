/** The relays that are measured, and the stub they all read from. */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { RunningProgram } from "./processes.ts";
import { exists } from "@/lib/files.ts";

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
const PYTHON = "/usr/bin/python3";
const PEER = join(ROOT, "..", "shared", "peers", "fastapi", "server.py");
/** What every relay serves. The page's own default asks for `chat`, the peer knows `generate` alone. */
const API = "generate";

export function startStubProgram(): Promise<RunningProgram> {
  return RunningProgram.start({
    name: "the stub",
    command: Deno.execPath(),
    args: ["run", "-A", "bench/stub.ts"],
    cwd: ROOT,
    ready: /listens at (\S+)/,
  });
}

/**
 * Starts our server as `deno task start` does, with data of its own.
 *
 * @param dataDir an absolute path
 * @param env further variables, such as limits
 */
export function startOurs(
  stub: string,
  dataDir: string,
  env: Record<string, string> = {},
): Promise<RunningProgram> {
  return RunningProgram.start({
    name: "the server",
    command: Deno.execPath(),
    args: ["run", "-A", "tasks/start.ts"],
    cwd: ROOT,
    env: {
      PORT: "0",
      HOST: "127.0.0.1",
      OLLAMA_HOST: stub,
      VTUBER_LLM_HOST: stub,
      VTUBER_LLM_API: API,
      VTUBER_LLM_FALLBACK: "none",
      VTUBER_SERVER_DATA_DIR: relative(ROOT, dataDir),
      ...env,
    },
    ready: /(http:\/\/\S+)/,
  });
}

/** Starts the relay that does the least. */
export function startStraightRelay(stub: string): Promise<RunningProgram> {
  return RunningProgram.start({
    name: "the straight relay",
    command: Deno.execPath(),
    args: ["run", "-A", "bench/straight_relay.ts", stub],
    cwd: ROOT,
    ready: /listens at (\S+)/,
  });
}

/** Starts the FastAPI peer, or says why that is impossible here. */
export async function startFastApi(stub: string): Promise<RunningProgram | string> {
  if (!await exists(PEER)) return `there is no ${relative(ROOT, PEER)}`;
  if (!await exists(PYTHON)) return `there is no ${PYTHON}`;
  const check = new Deno.Command(PYTHON, {
    args: ["-c", "import fastapi, uvicorn, httpx, websockets, uvloop, httptools"],
    stderr: "null",
  });
  if (!(await check.output()).success) {
    return "its packages are missing: apt install python3-fastapi python3-uvicorn python3-httpx python3-websockets " +
      "python3-uvloop python3-httptools";
  }
  const port = freePort();
  // Uvicorn is silent about its address at this log level: a line of our own says when it listens.
  const script = `
import os, runpy, sys, threading, time, socket
def tell():
    while True:
        try:
            socket.create_connection(("127.0.0.1", ${port})).close()
            print("listens at http://127.0.0.1:${port}", flush=True)
            return
        except OSError:
            time.sleep(0.05)
threading.Thread(target=tell, daemon=True).start()
sys.argv = [sys.argv[1], "${port}"]
runpy.run_path(sys.argv[0], run_name="__main__")
`;
  return await RunningProgram.start({
    name: "FastAPI",
    command: PYTHON,
    args: ["-c", script, PEER],
    cwd: ROOT,
    env: { OLLAMA_HOST: stub },
    ready: /listens at (\S+)/,
    // Every client that leaves in mid-answer is a stack trace to it.
    silent: true,
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
