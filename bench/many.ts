/**
 * `deno task bench:many`: three processes behind nginx, on PostgreSQL and NATS, of which one is killed every 5 s while
 * pages read and ask; then what a token costs one process with NATS, beside one without.
 *
 * `--sockets 300 --rate 30 --seconds 120 --every 5` are the first part's (`--every 0` kills nobody), `--rounds 5` the
 * second's; `--only faults` and `--only costs` leave one out. It wants Debian's `postgresql`, `nats-server` and `nginx`.
 */
import { parseArgs } from "node:util";
import { type CostRun, measureCosts } from "./many_cost.ts";
import { type FaultRun, measureFaults } from "./many_faults.ts";
import { endWithThisProcess } from "./processes.ts";
import { percentile } from "./stats.ts";
import { aligned } from "./table.ts";
import { print } from "@/lib/telemetry/log.ts";

const { values: flags } = parseArgs({
  options: {
    sockets: { type: "string", default: "300" },
    rate: { type: "string", default: "30" },
    seconds: { type: "string", default: "120" },
    every: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
endWithThisProcess();
const load = Deno.build.os === "windows" ? "" : `, load ${Deno.loadavg().map((one) => one.toFixed(1)).join(" ")}`;
print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}${load}\n`);
if (flags.only !== "costs") {
  const [sockets, rate, seconds, every] = [flags.sockets, flags.rate, flags.seconds, flags.every].map(Number);
  print(`${await faults({ sockets: sockets!, rate: rate!, seconds: seconds!, every: every! })}\n`);
}
if (flags.only !== "faults") {
  const rounds = Number(flags.rounds);
  const paced = { sockets: 20, rate: 30, tokens: 150, rounds };
  // What a server has done some ten thousand times V8 has compiled, and no longer interprets.
  const unpaced = { sockets: 20, rate: 0, tokens: 3_000, rounds };
  const many = { ...paced, sockets: 100 };
  print(await costs([["just started, 30/s", paced], ["unpaced", unpaced], ["30/s", paced], ["30/s", many]]));
}

async function faults(run: FaultRun): Promise<string> {
  const outcome = await measureFaults(run);
  const { sockets, rate, seconds } = run;
  const counts = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
  return aligned([
    ["measured", "value"],
    ["sockets, tokens a second, seconds", `${sockets}, ${rate}, ${seconds}`],
    ["conversations", String(outcome.conversations)],
    ["kills", String(outcome.kills)],
    ["answers broken off", String(outcome.takeovers.length)],
    ["characters sent", String(outcome.sent)],
    ["characters lost", counts(outcome.lost) || "0"],
    ["characters twice", String(outcome.twice)],
    ["takeover p50, p95, most, ms", spread(outcome.takeovers)],
    ["page back p50, p95, most, ms", spread(outcome.reconnects)],
    ["longest silence p50, p95, most, ms", spread(outcome.silences)],
    ["other failures", counts(outcome.failures) || "none"],
  ]);
}

async function costs(runs: readonly [name: string, run: CostRun][]): Promise<string> {
  const results = await measureCosts(runs.map(([, run]) => run));
  return aligned([
    ["pace", "sockets", "µs a token without", "with NATS", "ratio", "p50 ms without", "with NATS"],
    ...results.map(({ without, with: with_, ratio, p50Without, p50With }, index) => [
      runs[index]![0],
      String(runs[index]![1].sockets),
      without.toFixed(1),
      with_.toFixed(1),
      ratio.toFixed(2),
      p50Without.toFixed(2),
      p50With.toFixed(2),
    ]),
  ]);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.95, 1].map((share) => Math.round(percentile(sorted, share))).join(", ");
}
