/** The benchmark's table. */
import type { Result } from "./scenarios.ts";

const HEAD = [
  "pace",
  "sockets",
  "reader",
  "chunks/s",
  "of direct",
  "× FastAPI",
  "× with connecting",
  "cpu µs",
  "× FastAPI",
  "p50 ms",
  "p99 ms",
  "added p50",
  "added p99",
];

/**
 * One row a result. With connecting, the peer is slower still: it prepares an HTTP client for every socket. What is
 * added is what comes on top of the direct reader's latency of the same scenario. Processor time is that of the process
 * which reads the answers: it tells who is cheaper, where something else has the machine as well.
 */
export function tableOf(results: readonly Result[], names: { direct: string; peer: string }): string {
  const rows = results.map((result) => {
    const { contestant, sockets, rate, chunksPerSecond, withConnecting, micros, p50, p99 } = result;
    const rival = (name: string) =>
      results.find((one) => one.contestant === name && one.sockets === sockets && one.rate === rate);
    const direct = contestant === names.direct ? undefined : rival(names.direct);
    const peer = contestant === names.direct || contestant === names.peer ? undefined : rival(names.peer);
    return [
      rate === 0 ? "unpaced" : `${rate}/s`,
      String(sockets),
      contestant,
      Math.round(chunksPerSecond).toLocaleString("en"),
      direct === undefined ? "" : (chunksPerSecond / direct.chunksPerSecond).toFixed(2),
      peer === undefined ? "" : (chunksPerSecond / peer.chunksPerSecond).toFixed(2),
      peer === undefined ? "" : (withConnecting / peer.withConnecting).toFixed(2),
      micros.toFixed(1),
      peer === undefined ? "" : (peer.micros / micros).toFixed(2),
      p50.toFixed(2),
      p99.toFixed(2),
      direct === undefined ? "" : (p50 - direct.p50).toFixed(2),
      direct === undefined ? "" : (p99 - direct.p99).toFixed(2),
    ];
  });
  return aligned([HEAD, ...rows]);
}

/** Columns as wide as they need to be: words to the left, numbers to the right. */
export function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, column) =>
      /^[a-z]/i.test(rows[1]?.[column] ?? "") ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
