/** The measuring client, a process of its own: takes one order a line on stdin, answers with one line each. */
import { TextLineStream } from "@std/streams";
import { Meter } from "./meter.ts";
import type { Idle, Opened, Outcome, Run } from "./plan.ts";
import type { RawSocket } from "./raw_socket.ts";
import { openSocket, readDirectly, readSocket } from "./readers.ts";

let idle: RawSocket[] = [];

for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
  idle.forEach((socket) => socket.close());
  idle = [];
  const order = JSON.parse(line) as Run | Idle;
  tell("idle" in order ? await sit(order) : await measure(order));
}

function tell(what: Opened | Outcome | Record<string, never>): void {
  // deno-lint-ignore no-console -- read by the process that started this one
  console.log(JSON.stringify(what));
}

async function sit({ idle: count, way, url }: Idle): Promise<Record<string, never>> {
  // A few at a time: a listener's queue holds only so many.
  while (idle.length < count) {
    idle.push(...await Promise.all(Array.from({ length: 50 }, () => openSocket(way, url))));
  }
  for (const socket of idle) void socket.read(() => {});
  return {};
}

async function measure(run: Run): Promise<Outcome> {
  const { way, url } = run;
  const began = performance.now();
  const sockets = way === "direct"
    ? []
    : await Promise.all(Array.from({ length: run.sockets }, () => openSocket(way, url)));
  const opening = performance.now() - began;
  tell({ opened: true });
  const meter = new Meter();
  await Promise.all(Array.from({ length: run.sockets }, async (_, index) => {
    // People do not begin in the same millisecond: paced readers are spread over a second.
    if (run.rate > 0) await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / run.sockets));
    const socket = sockets[index];
    await (socket === undefined ? readDirectly(run, meter) : readSocket(run, socket, meter));
  }));
  return meter.read(run.sockets * run.answers * run.tokens, opening);
}
