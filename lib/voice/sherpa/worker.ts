/**
 * The program of a process with one loaded voice. It is a process of its own, not a thread: sherpa-onnx ends the whole
 * process where a model does not suit it, and native code that hangs can only be ended with its process.
 *
 * Orders come as lines of JSON on standard input, the first one with the voice; frames go to standard output.
 */
import fs from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { frameOf } from "./frames.ts";
import type { Order, Told } from "./frames.ts";
import { openRuntime, type Tts } from "./runtime.ts";

const STDOUT = 1;
const STDERR = 2;

// What packages print is not for whoever reads the frames. As WebAssembly, sherpa-onnx writes it by Node's files.
// deno-lint-ignore no-console
console.log = console.error;
const { writeSync } = fs;
fs.writeSync = ((file: number, ...what: [Uint8Array]) => {
  return writeSync(file === STDOUT ? STDERR : file, ...what);
}) as typeof writeSync;

/** True once what is being said is not wanted any more. */
let stopped = false;
let voice: Promise<Tts | undefined> = Promise.resolve(undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  if ("stop" in order) {
    stopped = true;
  } else if ("config" in order) {
    voice = load(order);
  } else {
    stopped = false;
    void say(order);
  }
}
// Whoever gave the orders is gone.
process.exit(0);

async function load({ packages, config }: Extract<Order, { config: unknown }>): Promise<Tts> {
  try {
    const runtime = openRuntime(packages);
    const tts = await runtime.load(config);
    tell({ loaded: { runtime: runtime.kind, sampleRate: tts.sampleRate } });
    return tts;
  } catch (error) {
    // Where sherpa-onnx has ended itself, it has printed why.
    if (!isExit(error)) tell({ died: reasonOf(error) });
    return process.exit(1);
  }
}

async function say({ text, manner }: Extract<Order, { text: string }>): Promise<void> {
  const tts = await voice;
  try {
    if (text !== "") {
      await tts?.say(text, manner, (samples) => {
        if (!stopped) write(frameOf({ samples: to16Bit(samples) }));
        return !stopped;
      });
    }
    tell({ done: true });
  } catch (error) {
    tell({ refused: reasonOf(error) });
  }
}

function tell(told: Told): void {
  write(frameOf({ told }));
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Whether WebAssembly has ended itself. */
function isExit(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error;
}

/** WebAssembly throws numbers, too. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "the model cannot be read";
}

function to16Bit(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
}
