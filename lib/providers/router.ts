import type { ProviderName } from "@/lib/protocol/v2.ts";
import { DEMO_MODEL, DemoProvider } from "./demo/demo.ts";
import type { OllamaProvider } from "./ollama/ollama.ts";
import { type GenerateRequest, LlmError, type LlmEvent, type Provider } from "./provider.ts";

export interface ProviderRouterOptions {
  ollama: OllamaProvider;
  /** Who answers when Ollama cannot be reached at all. */
  fallback: "demo" | "none";
  demo?: Provider;
  /** How long an answer may take to begin before it matters who gives it, in milliseconds. Default 200. */
  graceMs?: number;
  /** How long an address may keep silent before it counts as unreachable, in milliseconds. Default 5000. */
  silenceMs?: number;
}

/** An answer that someone has begun to give. */
export interface Opened {
  provider: ProviderName;
  model: string;
  events: AsyncIterable<LlmEvent>;
}

/**
 * Decides for each prompt who answers it: Ollama, or the built-in brain where Ollama cannot be reached at all.
 *
 * Ollama sends nothing before its first line, and that may take minutes, so the decision cannot wait for it. A refused
 * connection fails at once; where nothing has come after a moment, a knock at the door tells whether someone is there.
 */
export class ProviderRouter {
  readonly #ollama: OllamaProvider;
  readonly #demo: Provider | undefined;
  readonly #graceMs: number;
  readonly #silenceMs: number;

  constructor({ ollama, fallback, demo = new DemoProvider(), graceMs = 200, silenceMs = 5000 }: ProviderRouterOptions) {
    this.#ollama = ollama;
    this.#demo = fallback === "demo" ? demo : undefined;
    this.#graceMs = graceMs;
    this.#silenceMs = silenceMs;
  }

  /**
   * Begins an answer, and resolves once it is sure who gives it. Failures come from its events: leave them unread
   * only when `signal` is aborted, for they hold a connection.
   */
  async open(request: GenerateRequest, { signal }: { signal: AbortSignal }): Promise<Opened> {
    // What a model has begun, the built-in brain cannot go on with.
    const demo = request.messages.at(-1)?.role === "assistant" ? undefined : this.#demo;
    if (demo === undefined) {
      return { provider: "ollama", model: request.model, events: this.#ollama.generate(request, { signal }) };
    }
    const attempt = new AbortController();
    const events = this.#ollama.generate(request, { signal: AbortSignal.any([signal, attempt.signal]) });
    const first = events.next();
    if (await this.#answers(first, signal)) {
      return { provider: "ollama", model: request.model, events: new Begun(first, events) };
    }
    attempt.abort(new Error("Ollama cannot be reached, the built-in brain answers"));
    return { provider: "demo", model: DEMO_MODEL, events: demo.generate(request, { signal }) };
  }

  /** Whether Ollama is there, by what comes first: its answer, its failure, or a sign of life. */
  async #answers(first: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    const answer = first.then(() => true, (error) => {
      if (error instanceof LlmError && error.code === "ollama_unreachable") return false;
      // Not unreachable, so it is Ollama's own failure: the events tell of it.
      return true;
    });
    try {
      return await Promise.race([answer, this.#signOfLife(AbortSignal.any([signal, done.signal]))]);
    } finally {
      done.abort();
    }
  }

  /** True as soon as the address answers HTTP; false when it has kept silent; never, when it refuses. */
  async #signOfLife(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = async () => {
      try {
        await this.#ollama.probe({ signal });
        resolve(true);
      } catch {
        // Refused or aborted: the call itself fails too, and says it better.
      }
    };
    const timers = [setTimeout(look, this.#graceMs), setTimeout(() => resolve(false), this.#silenceMs)];
    signal.addEventListener("abort", () => timers.forEach(clearTimeout), { once: true });
    return await promise;
  }
}

/** Events whose first one has been asked for already. */
class Begun implements AsyncIterableIterator<LlmEvent> {
  #first: Promise<IteratorResult<LlmEvent, void>> | undefined;
  readonly #rest: AsyncGenerator<LlmEvent, void, undefined>;

  constructor(first: Promise<IteratorResult<LlmEvent, void>>, rest: AsyncGenerator<LlmEvent, void, undefined>) {
    this.#first = first;
    this.#rest = rest;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<LlmEvent, void>> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#rest.next();
  }

  return(): Promise<IteratorResult<LlmEvent, void>> {
    return this.#rest.return();
  }
}
