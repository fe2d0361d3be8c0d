/** What a token costs one process with NATS, beside one without: in turns, in one run, from one stub. */
import { join } from "node:path";
import { startOurs, startStubProgram } from "./contestants.ts";
import { MeasuringClient } from "./measuring_client.ts";
import { median } from "./stats.ts";
import { NatsServer } from "@/tests/nats.ts";

export interface CostRun {
  sockets: number;
  /** Tokens a second of one answer; 0 for as fast as they are read. */
  rate: number;
  /** Tokens of one answer. */
  tokens: number;
  rounds: number;
}

export interface Cost {
  /** µs of processor time a token, by the median. */
  without: number;
  with: number;
  /** Of both, round by round: what else the machine does meets both. */
  ratio: number;
  /** How old the median token is when it comes, ms; 0 where tokens are not paced. */
  p50Without: number;
  p50With: number;
}

export async function measureCosts(runs: readonly CostRun[]): Promise<Cost[]> {
  await using nats = await NatsServer.start();
  await using stub = await startStubProgram();
  await using client = new MeasuringClient();
  const dataDir = await Deno.makeTempDir({ prefix: "vtuber-bench-" });
  try {
    await using alone = await startOurs(stub.url, join(dataDir, "alone"));
    await using joined = await startOurs(stub.url, join(dataDir, "joined"), { VTUBER_BUS: nats.url });
    const costs: Cost[] = [];
    for (const { sockets, rate, tokens, rounds } of runs) {
      const both = [alone, joined].map((server) => ({ server, micros: [] as number[], p50: [] as number[] }));
      for (let round = 0; round <= rounds; round++) {
        // Neither has always the other's leavings in the caches.
        for (const { server, micros, p50 } of round % 2 === 0 ? both : both.toReversed()) {
          const before = await server.cpuSeconds();
          const url = `${server.url.replace("http:", "ws:").replace("localhost", "127.0.0.1")}/ws`;
          const outcome = await client.measure({ way: "v2", url, sockets, tokens, answers: 1, rate, stamp: rate > 0 });
          // In the first round the code is compiled.
          if (round === 0) continue;
          micros.push((await server.cpuSeconds() - before) / (sockets * tokens) * 1e6);
          p50.push(outcome.p50);
        }
      }
      const [without, with_] = both;
      costs.push({
        without: median(without!.micros),
        with: median(with_!.micros),
        ratio: median(with_!.micros.map((cost, round) => cost / without!.micros[round]!)),
        p50Without: median(without!.p50),
        p50With: median(with_!.p50),
      });
    }
    return costs;
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}
