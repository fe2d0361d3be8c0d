/** Three processes behind nginx, on PostgreSQL and NATS, of which one is killed again and again while pages read. */
import { startStubProgram } from "./contestants.ts";
import { Deployment } from "./many_deployment.ts";
import { Readers, type ReadersOutcome } from "./many_readers.ts";
import { makeHome } from "@/tests/home.ts";
import { NatsServer } from "@/tests/nats.ts";
import { readRecipe, startNginx } from "@/tests/nginx.ts";
import { startPostgres } from "@/tests/postgres.ts";

export interface FaultRun {
  sockets: number;
  /** Tokens a second of one answer. */
  rate: number;
  seconds: number;
  /** Seconds from one kill to the next; 0 for none. */
  every: number;
}

export interface FaultOutcome extends ReadersOutcome {
  kills: number;
}

/** @throws {Error} when there is no PostgreSQL */
export async function measureFaults({ sockets, rate, seconds, every }: FaultRun): Promise<FaultOutcome> {
  await using postgres = await startPostgres("");
  if (postgres === undefined) throw new Error("Cannot measure several processes: there is no PostgreSQL");
  await using nats = await NatsServer.start();
  await using stub = await startStubProgram();
  const folder = await makeHome();
  const deployment = new Deployment(folder, {
    OLLAMA_HOST: stub.url,
    VTUBER_STORE: await postgres.database("C.UTF-8"),
    VTUBER_BUS: nats.url,
  });
  try {
    await deployment.start();
    await using nginx = await startNginx(...await readRecipe(deployment.ports));
    const readers = new Readers(`${nginx.origin.replace("http", "ws")}/ws`, rate, deployment.kills);
    await readers.enter(sockets);
    const end = performance.now() + seconds * 1_000;
    for (let left = seconds; left > 0; left = (end - performance.now()) / 1_000) {
      const isLast = every === 0 || left <= every;
      await new Promise((resolve) => setTimeout(resolve, 1_000 * (isLast ? left : every)));
      if (!isLast) await deployment.kill();
    }
    await deployment.whole();
    const outcome = await readers.leave();
    return { ...outcome, kills: deployment.kills.length };
  } finally {
    await deployment.end();
    await Deno.remove(folder, { recursive: true });
  }
}
