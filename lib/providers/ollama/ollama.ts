import { ask, type Question } from "@/lib/providers/http/ask.ts";
import { Exchange } from "@/lib/providers/http/exchange.ts";
import { type Asked, incomplete, refuseEmpty } from "@/lib/providers/http/failures.ts";
import { errorOfAnswer, errorOfValue, OLLAMA_WORDS, parseObject } from "./errors.ts";
import { withImages } from "@/lib/providers/images.ts";
import type { CountedAnswer, GenerateRequest, LlmEvent, Provider } from "@/lib/providers/provider.ts";
import { TranscriptCutter } from "./transcript.ts";
import { preloadBody, requestBody, type RequestSettings } from "./request_body.ts";
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

/** Answers from Ollama's `/api/generate` or `/api/chat`, line by line as it streams them. */
export class OllamaProvider implements Provider {
  readonly name = "ollama";
  readonly #host: string;
  readonly #options: OllamaOptions;

  constructor(options: OllamaOptions) {
    this.#options = options;
    this.#host = options.host.replace(/\/+$/, "");
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
    refuseEmpty(request.messages);
    const asked = { server: OLLAMA_WORDS, host: withoutUser(this.#host), model: request.model };
    const isConversation = request.character !== undefined || request.messages.length > 1;
    const cutter = this.#options.api === "generate" && isConversation ? new TranscriptCutter() : undefined;
    let output = "";
    using exchange = new Exchange({ ...this.#options, asked, signal });
    try {
      const response = await exchange.open(
        `${this.#host}/api/${this.#options.api}`,
        await this.#question(request),
        (refusal) => errorOfAnswer(refusal, asked),
      );
      for await (const line of exchange.lines(response)) {
        exchange.signal.throwIfAborted();
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
      const rest = exchange.signal.aborted ? "" : cutter?.end() ?? "";
      if (rest !== "") yield { type: "text", text: rest };
      throw exchange.failure(error);
    }
  }

  /**
   * Has Ollama load a model, and returns when it is in memory.
   *
   * @throws {LlmError} for every failure
   */
  async preload(model: string, { signal }: { signal: AbortSignal }): Promise<void> {
    const asked = { server: OLLAMA_WORDS, host: withoutUser(this.#host), model };
    using exchange = new Exchange({ ...this.#options, asked, signal });
    try {
      const question = { ...this.#access, body: preloadBody(model, this.#options) };
      // It answers when it has loaded the model.
      await exchange.open(`${this.#host}/api/generate`, question, (refusal) => errorOfAnswer(refusal, asked));
    } catch (error) {
      throw exchange.failure(error);
    }
  }

  /**
   * Resolves once anything at Ollama's address has answered.
   *
   * @throws whatever `ask` throws
   */
  async probe({ signal }: { signal: AbortSignal }): Promise<void> {
    const { body } = await ask(`${this.#host}/api/version`, { ...this.#access, signal });
    await body?.cancel();
  }

  async #question({ model, messages }: GenerateRequest): Promise<Omit<Question, "signal">> {
    const { think, ...settings } = this.#options;
    // Who cannot think refuses to be asked for it.
    const asking = think === undefined || this.#options.canThink?.() === false ? settings : { ...settings, think };
    return {
      headers: { accept: "application/x-ndjson" },
      body: requestBody({ model, messages: await withImages(messages) }, asking),
      ...this.#access,
    };
  }

  get #access(): Pick<Question, "allowLinkLocal" | "authorization"> {
    const { allowLinkLocal, authorization } = this.#options;
    return { allowLinkLocal, authorization };
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
