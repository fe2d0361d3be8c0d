import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Frame, frameOf, readFrames } from "./frames.ts";

/** A program that runs in a process of its own. */
export interface Subprogram {
  /** Its file. */
  url: URL;
  /** By this argument a compiled program is that one. */
  argument: string;
  /** What Deno lets it do, as flags such as `--allow-read`. */
  permissions: readonly string[];
}

/** What the process tells when it is of no use any more. */
export interface Died {
  died: string;
}

export interface SubprocessOptions<Told> {
  program: Subprogram;
  /** Folders that nobody needs to be told of where it fails. */
  folders?: readonly string[];
  onFrame(frame: Frame<Told>): void;
  /** It is of no use any more: why. Never called once it is disposed of. */
  onEnd(why: string): void;
  /** How long it may leave what it is sent untaken once it has told anything, ms. Default: for ever. */
  timeoutMs?: number;
}

/** To end itself (`watch.ts`) a process needs the right to run programs, which it gives up where it does its work. */
const FLAGS = ["--quiet", "--no-config", "--no-lock", "--no-prompt", "--allow-run"];
/** What it learns of the environment: none of the server's secrets. */
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
/**
 * How long it may take until it tells the first thing, ms: on a slow or busy machine it takes long to start and to load
 * a model.
 */
export const START_MS = 60_000;
/** How much is kept of what it says on standard error, in letters: the last of it says why it died. */
const KEPT = 2_000;

/**
 * A process of this program's own, for code that may hang, end its whole process or keep its memory: a thread that loops
 * is not ended by `terminate()` and keeps a processor busy for ever, a process always can be ended.
 */
export class Subprocess<Order, Told extends object> implements Disposable {
  readonly #options: SubprocessOptions<Told>;
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** How many frames it has not taken yet. */
  #untaken = 0;
  #hasTold = false;
  #ended = false;

  constructor(options: SubprocessOptions<Told>) {
    const { program: { url, argument, permissions } } = this.#options = options;
    const known = VARIABLES.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    this.#child = new Deno.Command(Deno.execPath(), {
      args: Deno.build.standalone ? [argument] : ["run", ...FLAGS, ...permissions, fileURLToPath(url)],
      clearEnv: true,
      env: { ...Object.fromEntries(known), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_V8_FLAGS: "--expose-gc" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    void this.#follow();
  }

  /** How long it may be silent for now, ms. */
  get patience(): number {
    const { timeoutMs = Infinity } = this.#options;
    return this.#hasTold ? timeoutMs : Math.max(timeoutMs, START_MS);
  }

  order(told: Order): void {
    this.#write(frameOf({ told }));
  }

  /** Sends samples of one of its streams. */
  send(stream: number, samples: Int16Array<ArrayBuffer>): void {
    this.#write(frameOf({ samples, stream }));
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#watch);
    this.#orders.abort().catch(() => {/* It has ended already. */});
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #write(frame: Uint8Array): void {
    if (this.#ended) return;
    if (this.#untaken++ === 0) this.#watchLater();
    this.#orders.write(frame).then(() => {
      this.#untaken--;
      this.#watchLater();
    }, () => {/* It has ended: that is told by its output. */});
  }

  #watchLater(): void {
    clearTimeout(this.#watch);
    const { patience } = this;
    if (patience === Infinity || this.#untaken === 0 || this.#ended) return;
    this.#watch = setTimeout(() => this.#fail(`it took nothing for ${patience} ms`), patience);
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this[Symbol.dispose]();
    const { folders = [], onEnd } = this.#options;
    onEnd(folders.reduce((text, one) => text.replaceAll(one + sep, ""), why));
  }

  /** Tells what comes from the process until its end. Never rejects. */
  async #follow(): Promise<void> {
    const complaint = lastWords(this.#child.stderr);
    let reason: string | undefined;
    try {
      for await (const frame of readFrames<Told | Died>(this.#child.stdout)) {
        // To its end, so that nothing is left of it.
        if (this.#ended) continue;
        this.#hasTold = true;
        if (!("told" in frame)) this.#options.onFrame(frame);
        else if ("died" in frame.told) reason = frame.told.died;
        else this.#options.onFrame({ told: frame.told });
      }
    } catch (error) {
      reason = String(error);
    }
    const { code, signal } = await this.#child.status;
    this.#fail(reason ?? await complaint ?? (signal === null ? `it ended with code ${code}` : `it ended by ${signal}`));
    await complaint;
  }
}

/** The last line of what a process complains of, without the place in C++ code that says it. */
async function lastWords(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | undefined> {
  let kept = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) kept = (kept + text).slice(-KEPT);
  const line = kept.split("\n").map((one) => one.trim()).findLast((one) => one !== "");
  return line?.replace(/^\S+\.(cc|h):\w+:\d+ /, "");
}
