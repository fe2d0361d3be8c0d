import { withoutUser } from "@/lib/config/ollama_host.ts";
import { ask } from "@/lib/providers/http/ask.ts";
import { Exchange } from "@/lib/providers/http/exchange.ts";
import { errorOfForm, incomplete, refuseEmpty } from "@/lib/providers/http/failures.ts";
import { withImages } from "@/lib/providers/images.ts";
import type { LlmServer } from "@/lib/protocol/llm_servers.ts";
import {
  type CountedAnswer,
  type GenerateRequest,
  LlmError,
  type LlmEvent,
  type Provider,
} from "@/lib/providers/provider.ts";
import { readChunk, type Said } from "./chunk.ts";
import { type AskedWithKey, errorOfAnswer, errorOfValue, filtered, refusesUsage, serverWords } from "./errors.ts";
import { DONE, EventStream, objectOf } from "./event_stream.ts";
import { requestBody, type RequestSettings } from "./request_body.ts";

export interface OpenAiOptions extends Omit<RequestSettings, "server"> {
  server: LlmServer;
  /** Address, with or without the `/v1` behind it. */
  host: string;
  /** Whether link-local and metadata addresses may be asked. Default: false. */
  allowLinkLocal?: boolean;
  /** The `Authorization` header of every request; a secret. */
  authorization?: string | undefined;
  /** Longest wait for the first byte in milliseconds, loading of the model included; 0 for no limit. */
  firstByteMs: number;
  /** Longest silence within an answer in milliseconds; 0 for no limit. */
  idleMs: number;
  /** Waits in milliseconds before asking a busy server again. */
  busyRetryMs?: readonly number[];
  maxLineBytes?: number;
  /** Hears what the server counted for each answer that came to its end. */
  onCounted?(answer: CountedAnswer): void;
}

/** How long the counts, and the word at the end, may come after the answer's last event. */
const AFTERWORD_MS = 2_000;
/** Words with which servers say that the answer has reached its limit. */
const LENGTH = ["length", "max_tokens", "max_length", "model_length", "max_output_tokens"];
const FILTERED = ["content_filter", "safety", "content_filtered"];

/** Answers from `POST /v1/chat/completions`, event by event as the server streams them. */
export class OpenAiProvider implements Provider {
  readonly name: string;
  readonly #options: OpenAiOptions;
  readonly #base: string;
  /** False once the server has refused to be asked for them. */
  #hasUsage = true;

  constructor(options: OpenAiOptions) {
    this.#options = options;
    this.name = options.server.id;
    this.#base = apiOf(options.host);
  }

  /** @throws {LlmError} for every failure; the text yielded before it stays valid */
  async *generate(
    request: GenerateRequest,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<LlmEvent, void, undefined> {
    signal.throwIfAborted();
    refuseEmpty(request.messages);
    const { server, host, authorization } = this.#options;
    const asked = { server: serverWords(server), host: withoutUser(host), model: request.model, authorization };
    const events = new EventStream();
    let output = "";
    let reason: string | undefined;
    let usage: Said["usage"];
    using exchange = new Exchange({ ...this.#options, asked, skipsBlank: true, signal });
    const take = (event: object): Said => {
      const said = saidBy(event, asked);
      output += said.thinking;
      output += said.text;
      usage = said.usage ?? usage;
      if (said.reason === undefined) return said;
      reason = said.reason;
      // Not every server says that this was all, or closes.
      exchange.endWithin(AFTERWORD_MS);
      return said;
    };
    try {
      for await (const line of exchange.lines(await this.#open(request, exchange, asked))) {
        exchange.signal.throwIfAborted();
        const event = eventOf(events, line, asked);
        if (event === undefined) continue;
        if (event === DONE) {
          reason ??= "stop";
          break;
        }
        const { thinking, text } = take(event);
        if (thinking !== "") yield { type: "thinking", text: thinking };
        if (text !== "") yield { type: "text", text };
      }
      if (events.other !== "") yield* eventsOf(take(wholeAnswer(events.other, asked)));
      if (events.isBroken) throw errorOfForm(asked);
      if (reason === undefined) throw incomplete(asked);
    } catch (error) {
      // After its last event an answer is whole, however its connection ends.
      if (reason === undefined || signal.aborted) throw exchange.failure(error);
    }
    const done: LlmEvent & { type: "done" } = { type: "done", reason: reasonOf(reason, asked), ...usage };
    this.#options.onCounted?.({ ...done, messages: request.messages, output });
    yield done;
  }

  /**
   * Resolves once anything at the server's address has answered.
   *
   * @throws whatever `ask` throws
   */
  async probe({ signal }: { signal: AbortSignal }): Promise<void> {
    const { allowLinkLocal = false, authorization } = this.#options;
    const { body } = await ask(`${this.#base}/models`, { allowLinkLocal, authorization, signal });
    await body?.cancel();
  }

  async #open(request: GenerateRequest, exchange: Exchange, asked: AskedWithKey): Promise<Response> {
    const { server, allowLinkLocal = false, authorization, ...settings } = this.#options;
    const question = { model: request.model, messages: await withImages(request.messages) };
    const open = (usage: boolean) =>
      exchange.open(`${this.#base}/chat/completions`, {
        headers: { accept: "text/event-stream" },
        body: requestBody(question, { ...settings, server: server.id }, usage),
        allowLinkLocal,
        authorization,
      }, (refusal) => errorOfAnswer(refusal, asked));
    try {
      return await open(this.#hasUsage);
    } catch (error) {
      if (!this.#hasUsage || !(error instanceof LlmError) || !refusesUsage(error)) throw error;
      this.#hasUsage = false;
      return await open(false);
    }
  }
}

/** Where the paths of OpenAI's protocol begin. */
export function apiOf(host: string): string {
  return `${host.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1`;
}

function eventOf(events: EventStream, line: string, asked: AskedWithKey): object | typeof DONE | undefined {
  try {
    return events.add(line);
  } catch {
    throw errorOfForm(asked); // The cause would repeat the text.
  }
}

/** A server that was asked for a stream may answer in one piece. */
function wholeAnswer(text: string, asked: AskedWithKey): object {
  const whole = objectOf(text);
  if (whole === undefined) throw errorOfForm(asked);
  return whole;
}

function eventsOf({ thinking, text }: Said): LlmEvent[] {
  return [
    ...(thinking === "" ? [] : [{ type: "thinking", text: thinking } as const]),
    ...(text === "" ? [] : [{ type: "text", text } as const]),
  ];
}

function saidBy(event: object, asked: AskedWithKey): Said {
  const said = readChunk(event);
  if (said.failed) throw errorOfValue(failureIn(event), asked);
  return said;
}

/** What of an event tells of the failure: beside a choice, or within it. */
function failureIn(event: object): unknown {
  const { error, choices } = event as { error?: unknown; choices?: { error?: unknown }[] };
  const inner = choices?.[0]?.error;
  return error === undefined && inner !== undefined ? { error: inner } : event;
}

function reasonOf(reason: string, asked: AskedWithKey): string {
  const word = reason.toLowerCase();
  if (FILTERED.includes(word)) throw filtered(asked);
  if (word === "error") throw incomplete(asked);
  return LENGTH.includes(word) ? "length" : reason;
}
