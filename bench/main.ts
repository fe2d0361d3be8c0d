/**
 * `deno task bench`: our server beside a reader that goes straight to the stub, beside the least of relays and beside
 * the FastAPI peer, all in one run on one machine. What counts are the ratios: absolute numbers say as much about the
 * machine.
 *
 * `--quick` takes one round; `--sockets 100` and `--unpaced` or `--paced` pick scenarios.
 */
import { parseArgs } from "node:util";
import { startFastApi, startOurs, startStraightRelay, startStubProgram } from "./contestants.ts";
import { MeasuringClient } from "./measuring_client.ts";
import { endWithThisProcess, type RunningProgram } from "./processes.ts";
import { type Contestant, measure, type Result, SCENARIOS } from "./scenarios.ts";
import { aligned, tableOf } from "./table.ts";
import { print, warn } from "@/lib/telemetry/log.ts";

const DIRECT = "direct reader";
const STRAIGHT = "straight relay";
const PEER = "FastAPI";
const ROUNDS = 3;
/** Sockets that only sit there while memory is measured. */
const IDLE = 1_000;

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    sockets: { type: "string" },
    paced: { type: "boolean", default: false },
    unpaced: { type: "boolean", default: false },
  },
});
endWithThisProcess();
await bench();

async function bench(): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "vtuber-bench-" });
  try {
    await using stub = await startStubProgram();
    await using ours = await startOurs(stub.url, dataDir);
    await using straight = await startStraightRelay(stub.url);
    const found = await startFastApi(stub.url);
    await using peer = typeof found === "string" ? null : found;
    if (typeof found === "string") warn(`Without FastAPI: ${found}`);
    await using client = new MeasuringClient();
    const contestants: Contestant[] = [
      { name: DIRECT, way: "direct", url: stub.url, reader: client },
      { name: "ours, plain", way: "plain", url: socketUrl(ours), reader: ours },
      { name: "ours, v2", way: "v2", url: socketUrl(ours), reader: ours },
      { name: STRAIGHT, way: "plain", url: socketUrl(straight), reader: straight },
      ...(peer === null ? [] : [{ name: PEER, way: "plain" as const, url: socketUrl(peer), reader: peer }]),
    ];
    print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}\n`);
    const programs = { [PEER]: peer, [STRAIGHT]: straight, "ours, plain": ours, "ours, v2": ours };
    const memory = await idleMemory(client, contestants, programs);
    const results: Result[] = [];
    for (const scenario of SCENARIOS.filter(wanted)) {
      results.push(...await measure(client, contestants, scenario, flags.quick ? 1 : ROUNDS));
    }
    print(`${tableOf(results, { direct: DIRECT, peer: PEER })}\n`);
    print(aligned([["reader", "KB per idle socket"], ...memory]));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

function wanted({ sockets, rate }: { sockets: number; rate: number }): boolean {
  const paces = flags.paced === flags.unpaced || (rate > 0) === flags.paced;
  return paces && (flags.sockets === undefined || flags.sockets.split(",").includes(String(sockets)));
}

function socketUrl({ url }: RunningProgram): string {
  return `${url.replace("http:", "ws:").replace("localhost", "127.0.0.1")}/ws`;
}

/** What one idle socket costs its server, in KB of resident memory. The first sockets of a process are not counted. */
async function idleMemory(
  client: MeasuringClient,
  contestants: readonly Contestant[],
  programs: Record<string, RunningProgram | null>,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const { name, way, url } of contestants) {
    const program = programs[name];
    if (way === "direct" || program === null || program === undefined) continue;
    const sizes: number[] = [];
    for (const idle of [100, 100 + IDLE]) {
      await client.sit({ idle, way, url });
      sizes.push(await program.memory());
    }
    rows.push([name, ((sizes[1]! - sizes[0]!) / IDLE / 1024).toFixed(1)]);
  }
  return rows;
}
