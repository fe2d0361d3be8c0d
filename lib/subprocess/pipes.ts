/**
 * What the programs of processes have in common: orders come as frames on standard input, frames go to
 * standard output, and nothing else does.
 */
import fs from "node:fs";
import process from "node:process";
import { type Frame, frameOf, readFrames } from "./frames.ts";

const STDOUT = 1;
const STDERR = 2;
/** The thread that ends the process when nobody is left who could. */
const WATCH = new URL("./watch.ts", import.meta.url);

/**
 * Reads the orders; ends the process once whoever gave them is gone, also while it is busy. What packages print goes to
 * standard error from then on: it is not for whoever reads the frames.
 *
 * @param take must not throw
 */
export async function takeOrders<Order>(take: (frame: Frame<Order>) => void): Promise<never> {
  // deno-lint-ignore no-console
  console.log = console.error;
  // As WebAssembly, sherpa-onnx writes by Node's files.
  const { writeSync } = fs;
  fs.writeSync = ((file: number, ...what: [Uint8Array]) => {
    return writeSync(file === STDOUT ? STDERR : file, ...what);
  }) as typeof writeSync;
  new Worker(WATCH, { type: "module" });
  // Only that thread may need it.
  Deno.permissions.revokeSync({ name: "run" });
  for await (const frame of readFrames<Order>(Deno.stdin.readable)) take(frame);
  return process.exit(0);
}

/** Sends a frame, and waits until it is taken. */
export function sendFrame<Told>(frame: Frame<Told>): void {
  const bytes = frameOf(frame);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Ends the process, for what it was to load cannot be used. */
export function die(error: unknown): never {
  // Where sherpa-onnx has ended itself, it has printed why.
  if (!isExit(error)) sendFrame({ told: { died: reasonOf(error) } });
  return process.exit(1);
}

/** Why something failed. WebAssembly throws numbers, too. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "the model cannot be read";
}

/** Whether WebAssembly has ended itself. */
function isExit(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error;
}
