/**
 * `deno task bench:tongues`: what a token costs that comes as an event of OpenAI's stream, beside one that comes as a
 * line of Ollama's: for the reader alone, and for a server that sends it on over a socket. In turns, in one run, from one
 * stub; what counts is the ratio of processor time.
 */
import process from "node:process";
import { join } from "node:path";
import { startOurs, startStubProgram } from "./contestants.ts";
import { MeasuringClient } from "./measuring_client.ts";
import { endWithThisProcess, type RunningProgram } from "./processes.ts";
import { promptOf } from "./plan.ts";
import { median } from "./stats.ts";
import { aligned } from "./table.ts";
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";
import { OllamaProvider } from "@/lib/providers/ollama/ollama.ts";
import { OpenAiProvider } from "@/lib/providers/openai/openai.ts";
import type { Provider } from "@/lib/providers/provider.ts";
import { print } from "@/lib/telemetry/log.ts";

const ROUNDS = 40;
const TOKENS = 8_000;
/** Answers that come at once: many share what is read together. */
const AT_ONCE = [1, 20];
/** What the others are compared with. */
const BASE = "Ollama, chat";

/** Reads all tokens, and tells the microseconds of processor time that one of them took. */
type Reading = (atOnce: number) => Promise<number>;

endWithThisProcess();
print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}\n`);
const rows = [["who", "answers at once", "tongue", "µs of processor a token", `of ${BASE}`]];
await using stub = await startStubProgram();
await measure("reader", readers(stub.url));
const dataDir = await Deno.makeTempDir({ prefix: "vtuber-bench-" });
try {
  await using client = new MeasuringClient();
  await using lines = await startOurs(stub.url, join(dataDir, "lines"), { VTUBER_LLM_API: "chat" });
  await using events = await startOurs(stub.url, join(dataDir, "events"), { VTUBER_LLM_PROVIDER: "openai-compatible" });
  await measure("server", { [BASE]: throughServer(client, lines), "OpenAI": throughServer(client, events) });
} finally {
  await Deno.remove(dataDir, { recursive: true });
}
print(aligned(rows));

/** Adds a row for each, by the median of rounds in which each has its turn. */
async function measure(who: string, readings: Record<string, Reading>): Promise<void> {
  for (const atOnce of AT_ONCE) {
    const costs = new Map(Object.keys(readings).map((name): [string, number[]] => [name, []]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, read] of Object.entries(readings)) {
        const micros = await read(atOnce);
        // In the first round the code is compiled.
        if (round > 0) costs.get(name)!.push(micros);
      }
    }
    for (const [name, micros] of costs) {
      // Round by round: what else the machine does meets both.
      const ratio = median(micros.map((cost, round) => cost / costs.get(BASE)![round]!));
      rows.push([who, String(atOnce), name, median(micros).toFixed(2), ratio.toFixed(2)]);
    }
  }
}

function readers(host: string): Record<string, Reading> {
  const limits = { firstByteMs: 0, idleMs: 60_000 };
  const server = LLM_SERVERS.find(({ id }) => id === "openai-compatible")!;
  return {
    "Ollama, generate": reader(new OllamaProvider({ host, api: "generate", ...limits })),
    [BASE]: reader(new OllamaProvider({ host, api: "chat", ...limits })),
    "OpenAI": reader(new OpenAiProvider({ server, host, ...limits })),
  };
}

function reader(provider: Provider): Reading {
  return async (atOnce) => {
    const tokens = TOKENS / atOnce;
    const content = promptOf({ tokens, rate: 0, stamp: false });
    const request = { model: "qwen2.5", messages: [{ role: "user" as const, content }] };
    const { signal } = new AbortController();
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: atOnce }, async () => {
      let count = 0;
      for await (const { type } of provider.generate(request, { signal })) if (type === "text") count++;
      if (count !== tokens) throw new Error(`Cannot measure: ${count} tokens came instead of ${tokens}`);
    }));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / TOKENS;
  };
}

function throughServer(client: MeasuringClient, server: RunningProgram): Reading {
  const url = `${server.url.replace("http:", "ws:").replace("localhost", "127.0.0.1")}/ws`;
  return async (sockets) => {
    const before = await server.cpuSeconds();
    await client.measure({ way: "plain", url, sockets, tokens: TOKENS / sockets, answers: 1, rate: 0, stamp: false });
    return (await server.cpuSeconds() - before) / TOKENS * 1e6;
  };
}
