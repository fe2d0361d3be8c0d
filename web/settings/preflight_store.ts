/** Checks what a conversation needs: the language model's server, the model, WebGL. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import { turnErrorOf } from "./pull_store.ts";
import { sameModel } from "@/lib/protocol/model_name.ts";
import type { LoadedModel, Preflight } from "@/lib/protocol/calls.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { Status, TurnError } from "@/lib/protocol/v2.ts";

export class PreflightStore {
  readonly #call: CallClient["call"];
  readonly #result = signal<Preflight | null>(null);
  readonly #checking = signal(false);
  readonly #error = signal<TurnError | null>(null);
  readonly #starting = signal(false);
  readonly #startError = signal<TurnError | null>(null);
  #again = false;

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** The server's last answer; null before the first. */
  get result(): ReadonlySignal<Preflight | null> {
    return this.#result;
  }

  get checking(): ReadonlySignal<boolean> {
    return this.#checking;
  }

  /** Why the last check failed. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  /** Whether the server has been asked to start the language model's one. */
  get starting(): ReadonlySignal<boolean> {
    return this.#starting;
  }

  /** Why it could not be started, with the last of what it has said. */
  get startError(): ReadonlySignal<TurnError | null> {
    return this.#startError;
  }

  /** Has the language model's server started. It never throws: a failure is in `startError`. */
  async start(): Promise<void> {
    if (this.#starting.peek()) return;
    this.#starting.value = true;
    this.#startError.value = null;
    try {
      await this.#call("llm.start", {});
      await this.check();
    } catch (error) {
      this.#startError.value = turnErrorOf(error);
    }
    this.#starting.value = false;
  }

  /** Asks the server. While a check is running, another one follows it: things may have changed meanwhile. */
  async check(): Promise<void> {
    this.#again = true;
    if (this.#checking.peek()) return;
    this.#checking.value = true;
    while (this.#again) {
      this.#again = false;
      try {
        this.#result.value = await this.#call("llm.preflight", {});
        this.#error.value = null;
      } catch (error) {
        this.#error.value = turnErrorOf(error);
      }
    }
    this.#checking.value = false;
  }
}

/** How one thing stands that a conversation needs; what is weak works, and might be better. */
export type Verdict = "good" | "weak" | "bad" | "unknown";

export interface Checks {
  server: {
    verdict: Verdict;
    name: string;
    host: string;
    version?: string;
    /** What is wrong, where somebody answers there: a key is wanted, or it is something else. */
    problem?: TurnError;
  };
  model: { verdict: Verdict; name: string };
  webgl: { verdict: Verdict };
  /** Tokens: as it is loaded, or as it could be at most. */
  context: { verdict: Verdict; tokens?: number; most?: number };
  /** Absent where the server does not tell what it has in memory. */
  memory?: { verdict: Verdict; model?: LoadedModel; others: string[] };
}

/**
 * Puts together what the server tells all the time and what it has seen when it looked. The former is newer.
 *
 * @param webgl whether this browser draws; null before it was tried
 */
export function checksOf(status: Status, seen: Preflight | null, webgl: boolean | null): Checks {
  const { server: name, host, reachable, model, modelPresent } = status;
  // What was seen of another server or of another model says nothing.
  const same = seen !== null && seen.server.host === host && seen.model.name === model;
  const version = status.version ?? (same ? seen.server.version : undefined);
  const problem = same && !reachable && seen.server.problem && !ABSENT.includes(seen.server.problem.code)
    ? seen.server.problem
    : undefined;
  const most = same ? seen.model.contextLength : undefined;
  const memory = same && reachable && seen.loaded !== undefined ? memoryOf(seen.loaded, model) : undefined;
  const tokens = memory?.model?.contextLength ?? most;
  return {
    server: {
      verdict: reachable ? "good" : "bad",
      name,
      host,
      ...(version !== undefined && { version }),
      ...(problem && { problem }),
    },
    model: { verdict: reachable ? verdictOf(modelPresent) : "unknown", name: model },
    webgl: { verdict: verdictOf(webgl) },
    context: tokens === undefined
      ? { verdict: "unknown" }
      : { verdict: "good", tokens, ...(most !== undefined && tokens < most && { most }) },
    ...(memory && { memory }),
  };
}

/** Whether the model in use is loaded, and fits the graphics card. */
function memoryOf(loaded: readonly LoadedModel[], name: string): NonNullable<Checks["memory"]> {
  const model = loaded.find((one) => sameModel(one.name, name));
  const others = loaded.filter((one) => one !== model).map(({ name }) => name);
  if (model === undefined) return { verdict: "unknown", others };
  return { verdict: model.onCard < 1 ? "weak" : "good", model, others };
}

/** With these nobody is there. */
const ABSENT: readonly ErrorCode[] = ["llm_unreachable", "timeout"];

function verdictOf(there: boolean | null): Verdict {
  if (there === null) return "unknown";
  return there ? "good" : "bad";
}

/** Whether this browser draws with WebGL. Only in the browser. */
export function supportsWebGL(): boolean {
  const gl = document.createElement("canvas").getContext("webgl");
  // A browser has only a few of these at once.
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null;
}
