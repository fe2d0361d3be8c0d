/** The production server: the built app behind the access guard, until it is told to stop. */
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Handler } from "./lib/server/http/compress.ts";
import { AccessGuard } from "./lib/server/http/access_guard.ts";
import { explainStartError } from "./lib/server/http/start_error.ts";
import { keptMessage, startMessage } from "./lib/server/http/start_message.ts";
import { createHandler } from "./lib/server/http/handler.ts";
import { report } from "@/lib/telemetry/guard.ts";
import { print, warn } from "@/lib/telemetry/log.ts";
import { catchUncaught } from "@/lib/telemetry/uncaught.ts";
import { HEARING_PROGRAM } from "@/lib/hearing/sherpa/hearing_process.ts";
import { FLITE_PROGRAM } from "@/lib/voice/flite/flite_worker.ts";
import { VOICE_PROGRAM } from "@/lib/voice/sherpa/voice_process.ts";

/** The port that is to be listened at, once it is known. */
let wantedPort: number | undefined;

/** Where the build is: beside this file, or inside the compiled program. */
const BUILD = new URL("./_fresh/", import.meta.url);
/** How long answers may take to end where another process goes on with the conversations, ms. */
const HAND_OVER_MS = 20_000;
/** How long requests and answers may take to end after a stop, ms. */
const STOP_MS = 4_000;

/**
 * Serves until SIGINT or SIGTERM, or until too much has gone wrong; then ends turns, stores them and closes every
 * socket.
 *
 * @returns the exit code
 */
async function serve(): Promise<number> {
  // Made by the build: nothing that a fresh checkout could resolve at compile time.
  const built: { default: { fetch: Handler } } = await import(new URL("server.js", BUILD).href);
  const { services } = await import("./main.ts");
  const { server: settings, store } = services.live.current;
  const { host, port } = settings;
  wantedPort = port;
  const guard = new AccessGuard(services);
  const handler = createHandler(built.default.fetch, {
    guard,
    prepared: fileURLToPath(new URL("compressed", BUILD)),
  });
  const server = Deno.serve({
    hostname: host,
    port,
    onListen({ port }) {
      services.live.listensAt(port);
      print(startMessage({ host, port, basePath: settings.basePath, token: guard.madeToken, locked: guard.locked }));
      print(keptMessage(store, services.dataDir));
    },
  }, handler);

  // Before this, whatever is thrown ends the program: nothing half started goes on.
  const broken = Promise.withResolvers<number>();
  catchUncaught(() => broken.resolve(1));
  const code = await Promise.race([toldToStop(), server.finished.then(() => 1), broken.promise]);
  // What broke ends at once; who was told to stop leaves nothing half said.
  if (code === 0) await services.chat.handOver(AbortSignal.timeout(HAND_OVER_MS));
  await Promise.race([
    services.close().then(() => server.shutdown()),
    pause(STOP_MS),
  ]);
  return code;
}

function toldToStop(): Promise<0> {
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => signals.forEach((signal) => Deno.addSignalListener(signal, () => resolve(0))));
}

/**
 * Serves as a program does: exit code 0 after a stop, 1 and an explanation when it cannot start or go on.
 *
 * @param prepare what must be done before
 */
export async function run(prepare?: () => Promise<unknown>): Promise<never> {
  try {
    await prepare?.();
    Deno.exit(await serve());
  } catch (error) {
    const explanation = explainStartError(error, wantedPort);
    if (explanation === undefined) report("serve", error);
    else warn(explanation);
    Deno.exit(1);
  }
}

if (import.meta.main) {
  // A compiled program is started anew by itself as a process that speaks or hears.
  if (Deno.args[0] === FLITE_PROGRAM.argument) await import("./lib/voice/flite/worker.ts");
  else if (Deno.args[0] === VOICE_PROGRAM.argument) await import("./lib/voice/sherpa/worker.ts");
  else if (Deno.args[0] === HEARING_PROGRAM.argument) await import("./lib/hearing/sherpa/worker.ts");
  else await run();
}
