/**
 * An hour of talk in fast motion, and what memory does meanwhile: the server's, and that of the process that finds voices.
 * Ends with exit code 1 when one of them grows. `deno run -A --lock=tests/deno.lock bench/ears_hour.ts [--minutes 60]`
 */
import { parseArgs } from "node:util";
import { median } from "./stats.ts";
import { aligned } from "./table.ts";
import { print, warn } from "@/lib/telemetry/log.ts";
import { residentMB, watchChildren } from "@/tests/children.ts";
import { STREAM_SECONDS, talk } from "@/tests/long_talk.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" } } });
const STREAMS = Math.ceil(Number(values.minutes) * 60 / STREAM_SECONDS);
/** Rows of the table. */
const ROWS = 12;
/** Growth from the second quarter to the last one that is no noise of the collector, MB. */
const TOLERANCE = 16;

const children = watchChildren();
const samples: { server: number; detector: number }[] = [];
const rows = [["minutes", "server, MB", "detector, MB"]];

await talk(STREAMS, (stream) => {
  const sample = { server: residentMB(Deno.pid), detector: children().reduce((sum, pid) => sum + residentMB(pid), 0) };
  samples.push(sample);
  if (stream % Math.ceil(STREAMS / ROWS) !== 0 && stream !== STREAMS) return;
  rows.push([stream * STREAM_SECONDS / 60, sample.server, sample.detector].map((one) => one.toFixed(0)));
});
print(aligned(rows));
for (const part of ["server", "detector"] as const) {
  const quarter = (number: number) =>
    median(samples.slice(number * samples.length / 4, (number + 1) * samples.length / 4).map((one) => one[part]));
  const growth = quarter(3) - quarter(1);
  print(`${part}: ${growth.toFixed(1)} MB more in the last quarter than in the second`);
  if (growth <= TOLERANCE) continue;
  warn(`The memory of the ${part} grows by more than ${TOLERANCE} MB`);
  Deno.exitCode = 1;
}
