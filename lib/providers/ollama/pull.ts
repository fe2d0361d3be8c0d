import { ask } from "@/lib/providers/http/ask.ts";
import { type Asked, errorOfFetch, incomplete } from "@/lib/providers/http/failures.ts";
import { errorOfAnswer, errorOfValue, OLLAMA_WORDS, parseObject } from "./errors.ts";
import { linesOf } from "@/lib/providers/http/lines.ts";
import { LlmError, type PullProgress } from "@/lib/providers/provider.ts";
import { Watchdog } from "@/lib/providers/http/watchdog.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";

/** One step of a pull, `status` in Ollama's own words: "pulling manifest", "verifying sha256 digest", "success". */
export interface OllamaPullProgress extends PullProgress {
  /** The part that it is about, and its bytes, which are absent while Ollama does not know them. */
  digest?: string;
  total?: number;
  completed?: number;
}

export interface PullOptions {
  host: string;
  /** Whether link-local and metadata addresses may be asked. Default: false. */
  allowLinkLocal?: boolean;
  /** The `Authorization` header of every request; a secret. */
  authorization?: string | undefined;
  /** Longest silence in milliseconds; a large part is checked in silence. Default ten minutes. */
  idleMs?: number;
}

/**
 * Has Ollama fetch a model, and tells how far it is. Aborting stops it; what has come stays with Ollama, and the next
 * pull goes on from there. It returns when, and only when, the model is there.
 *
 * @throws {LlmError} for every failure
 * @throws the reason of `signal`
 */
export async function* pull(
  model: string,
  { host, allowLinkLocal, authorization, idleMs = 600_000 }: PullOptions,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<OllamaPullProgress, void, undefined> {
  signal.throwIfAborted();
  const asked = { server: OLLAMA_WORDS, host: withoutUser(host), model };
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  const watchdog = new Watchdog((limitMs) => abort.abort(stalled(model, limitMs)));
  signal.addEventListener("abort", stop, { once: true });
  let started = false;
  try {
    watchdog.begin(idleMs);
    const response = await ask(`${host.replace(/\/+$/, "")}/api/pull`, {
      headers: { accept: "application/x-ndjson" },
      body: { model, stream: true },
      allowLinkLocal,
      authorization,
      signal: abort.signal,
    });
    if (response.status !== 200) throw await errorOfAnswer(response, asked);
    started = true;
    const parts = new Parts();
    for await (const line of linesOf(response, { server: "Ollama", watchdog, idleMs, signal: abort.signal })) {
      if (line.trim() === "") continue;
      const progress = parts.add(parseLine(line, asked));
      yield progress;
      if (progress.status === "success") return;
    }
    throw incomplete(asked);
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    if (error instanceof LlmError) throw error.code === "incomplete" ? brokenOff(model, error) : error;
    throw started ? brokenOff(model, error) : errorOfFetch(error, asked);
  } finally {
    watchdog.stop();
    signal.removeEventListener("abort", stop);
    abort.abort();
  }
}

type Line = Omit<OllamaPullProgress, "overall">;

/** Adds up the parts of a model, each counted as far as it ever was: Ollama may begin one again. */
class Parts {
  readonly #parts = new Map<string, { total: number; completed: number }>();

  add(line: Line): OllamaPullProgress {
    const { digest, total = 0, completed = 0 } = line;
    if (digest !== undefined) {
      const before = this.#parts.get(digest);
      this.#parts.set(digest, {
        total: Math.max(total, before?.total ?? 0),
        completed: Math.max(completed, before?.completed ?? 0),
      });
    }
    const overall = { total: 0, completed: 0 };
    for (const part of this.#parts.values()) {
      overall.total += part.total;
      overall.completed += part.completed;
    }
    return { ...line, overall };
  }
}

function parseLine(text: string, asked: Asked): Line {
  const { status, digest, total, completed, error } = parseObject(text, asked) as Record<string, unknown>;
  if (error) throw refused(error, asked);
  return {
    status: typeof status === "string" ? status : "",
    ...(typeof digest === "string" ? { digest } : {}),
    ...(typeof total === "number" ? { total } : {}),
    ...(typeof completed === "number" ? { completed } : {}),
  };
}

function refused(said: unknown, asked: Asked): LlmError {
  const { model } = asked;
  const error = errorOfValue(said, asked);
  if (error.code === "llm_wrong_address") return error;
  if (/file does not exist|not found/.test(error.message)) {
    return new LlmError("model_missing", `Ollama's library has no model ${model}`, {
      cause: error,
      hint: "Look up its name at ollama.com/library",
    });
  }
  const hint = /no space/.test(error.message)
    ? "Free some space on the disk; what has come so far is kept"
    : "Check the connection to the internet and try again; what has come so far is kept";
  return new LlmError(
    "llm_failed",
    `Ollama cannot fetch ${model}: ${error.message.replace(/^Ollama failed: /, "")}`,
    {
      cause: error,
      hint,
    },
  );
}

function brokenOff(model: string, cause: unknown): LlmError {
  return new LlmError("incomplete", `Fetching ${model} broke off before its end`, {
    cause,
    hint: "Try again: it goes on where it stopped",
  });
}

function stalled(model: string, limitMs: number): LlmError {
  return new LlmError("timeout", `Fetching ${model} has stood still for ${Math.round(limitMs / 1000)} s`, {
    hint: "Check the connection to the internet and try again: it goes on where it stopped",
  });
}
