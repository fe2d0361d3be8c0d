/** Checks what a conversation needs: the language model's server, the model, WebGL. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import { turnErrorOf } from "./pull_store.ts";
import type { Preflight } from "@/lib/protocol/calls.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { Status, TurnError } from "@/lib/protocol/v2.ts";

export class PreflightStore {
  readonly #call: CallClient["call"];
  readonly #result = signal<Preflight | null>(null);
  readonly #checking = signal(false);
  readonly #error = signal<TurnError | null>(null);
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

/** How one thing stands that a conversation needs. */
export type Verdict = "good" | "bad" | "unknown";

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
  /** Tokens. */
  context: { verdict: Verdict; tokens?: number };
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
  const tokens = same ? seen.model.contextLength : undefined;
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
    context: tokens === undefined ? { verdict: "unknown" } : { verdict: "good", tokens },
  };
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
