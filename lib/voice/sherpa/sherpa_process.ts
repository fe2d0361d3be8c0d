import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SoundPart } from "@/lib/voice/engine.ts";
import type { JobEvents, JobWorker } from "@/lib/voice/worker_queue.ts";
import { type Frame, type Order, readFrames } from "./frames.ts";
import type { Manner, RuntimePackages, TtsConfig } from "./runtime.ts";
import { VOICE_PROCESS } from "./voice_process.ts";

/** What the process shall do. */
export interface SherpaJob {
  packages: RuntimePackages;
  config: TtsConfig;
  /** Where the voice lies. */
  folder: string;
  /** Nothing: the voice is only loaded. */
  text: string;
  manner: Manner;
}

const PROGRAM = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** It needs nothing of the network, writes nothing, and learns none of the server's secrets. */
const FLAGS = ["--no-config", "--no-lock", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];
const VARIABLES = [
  "PATH",
  "HOME",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "LD_LIBRARY_PATH",
  "SystemRoot",
  "TEMP",
  "USERPROFILE",
];
/** How much is kept of what it says on standard error, in letters: the last of it says why it died. */
const KEPT = 2_000;

/** Says texts in a process that has the voice loaded; another voice gets another process. */
export class SherpaProcess implements JobWorker<SherpaJob> {
  readonly #events: JobEvents<SoundPart>;
  #child: Deno.ChildProcess | undefined;
  #orders: WritableStreamDefaultWriter<Uint8Array> | undefined;
  /** What is loaded. */
  #voice = "";

  constructor(events: JobEvents<SoundPart>) {
    this.#events = events;
  }

  begin({ packages, config, folder, text, manner }: SherpaJob): void {
    const voice = JSON.stringify([packages, config]);
    if (voice !== this.#voice) {
      this[Symbol.dispose]();
      this.#spawn([folder, ...Object.values(packages)]);
      this.#voice = voice;
      this.#order({ packages, config });
    }
    this.#order({ text, manner });
  }

  stop(): void {
    this.#order({ stop: true });
  }

  [Symbol.dispose](): void {
    const child = this.#child;
    this.#child = undefined;
    this.#orders?.abort().catch(() => {/* It has ended already. */});
    this.#orders = undefined;
    try {
      child?.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** @param folders that nobody needs to be told of, where it fails */
  #spawn(folders: string[]): void {
    const args = Deno.build.standalone ? [VOICE_PROCESS] : ["run", "--quiet", ...FLAGS, PROGRAM];
    const known = VARIABLES.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const child = new Deno.Command(Deno.execPath(), {
      args,
      clearEnv: true,
      env: { ...Object.fromEntries(known), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    this.#orders = child.stdin.getWriter();
    void this.#follow(child, folders);
  }

  #order(order: Order): void {
    const line = new TextEncoder().encode(`${JSON.stringify(order)}\n`);
    this.#orders?.write(line).catch(() => {/* It has ended: that is told by its output. */});
  }

  /** Tells what comes from a process until its end. Never rejects. */
  async #follow(child: Deno.ChildProcess, folders: string[]): Promise<void> {
    const complaint = lastWords(child.stderr);
    let sampleRate = 0;
    let reason: string | undefined;
    try {
      for await (const frame of readFrames(child.stdout)) {
        // To its end, so that nothing is left of it.
        if (this.#child !== child) continue;
        if ("told" in frame && "loaded" in frame.told) sampleRate = frame.told.loaded.sampleRate;
        if ("told" in frame && "died" in frame.told) reason = frame.told.died;
        this.#pass(frame, sampleRate);
      }
    } catch (error) {
      reason = String(error);
    }
    const { code, signal } = await child.status;
    const why = reason ?? await complaint ?? (signal === null ? `it ended with code ${code}` : `it ended by ${signal}`);
    if (this.#child === child) this.#events.died(folders.reduce((text, one) => text.replaceAll(one + sep, ""), why));
  }

  #pass(frame: Frame, sampleRate: number): void {
    if ("samples" in frame) this.#events.part({ samples: frame.samples, sampleRate });
    else if ("done" in frame.told) this.#events.done();
    else if ("refused" in frame.told) this.#events.refused(frame.told.refused);
  }
}

/** The last line of what a process complains of, without the place in sherpa-onnx's source. */
async function lastWords(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | undefined> {
  let kept = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) kept = (kept + text).slice(-KEPT);
  const line = kept.split("\n").map((one) => one.trim()).findLast((one) => one !== "");
  return line?.replace(/^\S+\.(cc|h):\w+:\d+ /, "");
}
