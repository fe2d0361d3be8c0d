import { ask, type Question } from "@/lib/providers/http/ask.ts";
import {
  type Asked,
  brokeBeforeAnswer,
  errorOfAnswer,
  errorOfFetch,
  errorOfValue,
  incomplete,
  parseObject,
  timedOut,
} from "./errors.ts";
import { linesOf } from "@/lib/providers/http/lines.ts";
import { pause } from "@/lib/providers/http/pause.ts";
import {
  type CountedAnswer,
  type GenerateRequest,
  LlmError,
  type LlmEvent,
  type Provider,
} from "@/lib/providers/provider.ts";
import { TranscriptCutter } from "./transcript.ts";
import { requestBody, type RequestSettings } from "./request_body.ts";
import { Watchdog } from "@/lib/providers/http/watchdog.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";

export interface OllamaOptions extends RequestSettings {
  /** Address without a path, or with the one Ollama lives under: `http://127.0.0.1:11434`. */
  host: string;
  /** Whether link-local and metadata addresses may be asked. Default: false. */
  allowLinkLocal?: boolean;
  /** The `Authorization` header of every request; a secret. */
  authorization?: string | undefined;
  /** Longest wait for the first byte in milliseconds, loading of the model included; 0 for no limit. */
  firstByteMs: number;
  /** Longest silence within an answer in milliseconds; 0 for no limit. */
  idleMs: number;
  /** Waits in milliseconds before asking a busy Ollama again. */
  busyRetryMs?: readonly number[];
  maxLineBytes?: number;
  /** Whether the model can think; undefined while that is not known. One that cannot is not asked for it. */
  canThink?(): boolean | undefined;
  /** Hears what Ollama counted for each answer that came to its end. */
  onCounted?(answer: CountedAnswer): void;
}

const BUSY_RETRY_MS = [250, 1000, 2000];

/** Answers from Ollama's `/api/generate` or `/api/chat`, line by line as it streams them. */
export class OllamaProvider implements Provider {
  readonly name = "ollama";
  readonly #host: string;
  readonly #options: OllamaOptions;
  readonly #url: string;

  constructor(options: OllamaOptions) {
    this.#options = options;
    this.#host = options.host.replace(/\/+$/, "");
    this.#url = `${this.#host}/api/${options.api}`;
  }

  /**
   * @throws {LlmError} for every failure; the text yielded before it stays valid. An empty prompt is one: Ollama
   * would load its model and say nothing
   */
  async *generate(
    request: GenerateRequest,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<LlmEvent, void, undefined> {
    signal.throwIfAborted();
    if ((request.messages.at(-1)?.content ?? "").trim() === "") {
      throw new LlmError("empty_prompt", "Cannot answer an empty prompt", { hint: "Write something first" });
    }
    const asked = { host: withoutUser(this.#host), model: request.model };
    const isConversation = request.character !== undefined || request.messages.length > 1;
    const cutter = this.#options.api === "generate" && isConversation ? new TranscriptCutter() : undefined;
    let started = false;
    let output = "";
    const abort = new AbortController();
    const stop = () => abort.abort(signal.reason);
    const watchdog = new Watchdog((limitMs) => abort.abort(timedOut(asked, limitMs, started)));
    signal.addEventListener("abort", stop, { once: true });
    try {
      watchdog.begin(this.#options.firstByteMs);
      const response = await this.#open(request, asked, abort.signal);
      for await (
        const line of linesOf(response, { ...this.#options, server: "Ollama", watchdog, signal: abort.signal })
      ) {
        started = true;
        if (abort.signal.aborted) throw abort.signal.reason;
        const said = parseLine(line, asked);
        if (said === undefined) continue;
        const thinking = said.thinking ?? said.message?.thinking;
        if (isText(thinking)) {
          output += thinking;
          yield { type: "thinking", text: thinking };
        }
        const text = said.response ?? said.message?.content;
        if (isText(text)) {
          output += text;
          const own = cutter === undefined ? text : cutter.add(text);
          if (own !== "") yield { type: "text", text: own };
          if (cutter?.isCut) return yield { type: "done", reason: "stop" };
        }
        if (said.done === true) {
          const rest = cutter?.end() ?? "";
          if (rest !== "") yield { type: "text", text: rest };
          const done = doneEvent(said);
          this.#options.onCounted?.({ ...done, messages: request.messages, output });
          return yield done;
        }
      }
      throw incomplete(asked);
    } catch (error) {
      if (abort.signal.aborted) throw abort.signal.reason;
      const rest = cutter?.end() ?? "";
      if (rest !== "") yield { type: "text", text: rest };
      throw error instanceof LlmError ? error : incomplete(asked, error);
    } finally {
      watchdog.stop();
      signal.removeEventListener("abort", stop);
      // After the last line too: the end of the body may never come.
      abort.abort();
    }
  }

  /**
   * Resolves once anything at Ollama's address has answered.
   *
   * @throws whatever `ask` throws
   */
  async probe({ signal }: { signal: AbortSignal }): Promise<void> {
    const { allowLinkLocal, authorization } = this.#options;
    const { body } = await ask(`${this.#host}/api/version`, { allowLinkLocal, authorization, signal });
    await body?.cancel();
  }

  /** Asks until an answer begins. A busy Ollama is asked again, and one that hung up before any byte once. */
  async #open(request: GenerateRequest, asked: Asked, signal: AbortSignal): Promise<Response> {
    const { busyRetryMs = BUSY_RETRY_MS, allowLinkLocal, authorization, think, ...settings } = this.#options;
    // Who cannot think refuses to be asked for it.
    const asking = think === undefined || this.#options.canThink?.() === false ? settings : { ...settings, think };
    const question: Question = {
      headers: { accept: "application/x-ndjson" },
      body: requestBody(request, asking),
      allowLinkLocal,
      authorization,
      signal,
    };
    let mayReconnect = true;
    for (let busy = 0;;) {
      let response: Response;
      try {
        response = await ask(this.#url, question);
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        if (!mayReconnect || !brokeBeforeAnswer(cause)) throw errorOfFetch(cause, asked);
        mayReconnect = false;
        continue;
      }
      if (response.ok) return response;
      const error = await errorOfAnswer(response, asked);
      const wait = error.status === 503 ? busyRetryMs[busy++] : undefined;
      if (wait === undefined) throw error;
      await pause(wait, signal);
    }
  }
}

/** What the provider reads of a line. Fields are checked where they are used. */
interface OllamaLine {
  response?: unknown;
  thinking?: unknown;
  message?: { content?: unknown; thinking?: unknown };
  done?: unknown;
  done_reason?: unknown;
  error?: unknown;
  prompt_eval_count?: unknown;
  eval_count?: unknown;
}

/** The line as an object; undefined for a blank one. */
function parseLine(line: string, asked: Asked): OllamaLine | undefined {
  if (line.trim() === "") return undefined;
  const said: OllamaLine = parseObject(line, asked);
  if (said.error) throw errorOfValue(said.error, asked);
  return said;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function doneEvent(said: OllamaLine): LlmEvent & { type: "done" } {
  return {
    type: "done",
    reason: isText(said.done_reason) ? said.done_reason : "stop",
    ...(typeof said.prompt_eval_count === "number" ? { promptTokens: said.prompt_eval_count } : {}),
    ...(typeof said.eval_count === "number" ? { outputTokens: said.eval_count } : {}),
  };
}
