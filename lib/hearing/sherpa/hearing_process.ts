import { type RuntimePackages, SHERPA_PERMISSIONS } from "@/lib/sherpa/runtime.ts";
import { Subprocess, type Subprogram } from "@/lib/subprocess/subprocess.ts";
import type { DetectorConfig, RecogniserConfig, SpotterConfig } from "./bindings.ts";

export const HEARING_PROGRAM: Subprogram = {
  url: new URL("./worker.ts", import.meta.url),
  argument: "--hearing-process",
  permissions: SHERPA_PERMISSIONS,
};

/** What the process is for. */
export type Load =
  & { packages: RuntimePackages }
  & (
    | { detector: DetectorConfig }
    | { recogniser: { streaming: boolean; config: RecogniserConfig } }
    | { spotter: SpotterConfig }
  );

/** What it is for, first of all; then streams by their numbers, whose samples come beside these. */
export type Order = Load | { open: number } | { finish: number } | { close: number };

/** What the process tells of a stream. */
export type Told =
  | { heard: number; position: number; speech: boolean }
  | { spotted: number }
  | { partial: number; understood: string }
  | { text: number; understood: string }
  | { refused: number; why: string };

/** What is told of one stream. */
export interface StreamEvents {
  /** Whether somebody speaks right before that sample of the stream. */
  heard?(position: number, speech: boolean): void;
  /** A word that is listened for was said. */
  spotted?(): void;
  /** So much is understood. */
  partial?(text: string): void;
  /** All is understood. */
  text?(text: string): void;
  /** Nothing more will be told, and why. */
  failed(why: string): void;
}

export interface ProcessStream extends Disposable {
  push(samples: Int16Array<ArrayBuffer>): void;
  finish(): void;
}

export interface HearingProcessOptions {
  /** How long it may take nothing, or tell nothing of a stream that has ended, ms. */
  timeoutMs: number;
  /** How long it is kept without a stream, ms. */
  idleMs: number;
  /** Default: {@linkcode HEARING_PROGRAM}. */
  program?: Subprogram;
}

/** A process that hears some streams, started when the first one is opened, and anew when it has died. */
export class HearingProcess implements Disposable {
  readonly #options: HearingProcessOptions;
  readonly #streams = new Map<number, StreamEvents>();
  #process: Subprocess<Order, Told> | undefined;
  /** What it is for. */
  #loaded = "";
  #count = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HearingProcessOptions) {
    this.#options = options;
  }

  /** Starts it, so that the first stream does not wait for that. */
  start(load: Load, folders: readonly string[]): void {
    const loaded = JSON.stringify(load);
    if (this.#process !== undefined && loaded === this.#loaded) return;
    this.#end("it was set up anew");
    this.#loaded = loaded;
    const { program = HEARING_PROGRAM, timeoutMs } = this.#options;
    this.#process = new Subprocess<Order, Told>({
      program,
      folders: [...folders, ...Object.values(load.packages)],
      timeoutMs,
      onFrame: (frame) => "told" in frame && this.#hear(frame.told),
      onEnd: (why) => this.#end(why),
    });
    this.#process.order(load);
    this.#rest();
  }

  /** Opens a stream; a process that is for something else ends, and all of its streams. */
  open(load: Load, folders: readonly string[], events: StreamEvents): ProcessStream {
    this.start(load, folders);
    clearTimeout(this.#idle);
    const stream = ++this.#count;
    const process = this.#process;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isFinishing = false;
    // What is told of it shows that it goes on: of a minute's sound a slow machine has much to tell.
    const watch = () => {
      clearTimeout(timer);
      const { patience = 0 } = process ?? {};
      timer = setTimeout(() => this.#end(`it did not answer within ${patience} ms`), patience);
    };
    const goesOn = () => isFinishing && watch();
    const close = () => {
      clearTimeout(timer);
      if (!this.#streams.delete(stream)) return;
      process?.order({ close: stream });
      this.#rest();
    };
    const ended = (tell: () => void) => {
      close();
      tell();
    };
    this.#streams.set(stream, {
      ...events,
      heard: (position, speech) => {
        goesOn();
        events.heard?.(position, speech);
      },
      partial: (text) => {
        goesOn();
        events.partial?.(text);
      },
      text: (text) => ended(() => events.text?.(text)),
      failed: (why) => ended(() => events.failed(why)),
    });
    process?.order({ open: stream });
    return {
      push: (samples) => this.#streams.has(stream) && process?.send(stream, samples),
      finish: () => {
        if (!this.#streams.has(stream)) return;
        process?.order({ finish: stream });
        isFinishing = true;
        watch();
      },
      [Symbol.dispose]: close,
    };
  }

  #hear(told: Told): void {
    if ("heard" in told) this.#streams.get(told.heard)?.heard?.(told.position, told.speech);
    else if ("spotted" in told) this.#streams.get(told.spotted)?.spotted?.();
    else if ("partial" in told) this.#streams.get(told.partial)?.partial?.(told.understood);
    else if ("text" in told) this.#streams.get(told.text)?.text?.(told.understood);
    else this.#streams.get(told.refused)?.failed(told.why);
  }

  /** Nobody is heard. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#streams.size > 0 || this.#process === undefined) return;
    this.#idle = setTimeout(() => this.#end("nobody was heard"), this.#options.idleMs);
    Deno.unrefTimer(this.#idle);
  }

  #end(why: string): void {
    clearTimeout(this.#idle);
    this.#process?.[Symbol.dispose]();
    this.#process = undefined;
    for (const { failed } of [...this.#streams.values()]) failed(why);
  }

  [Symbol.dispose](): void {
    this.#end("it was ended");
  }
}
