import type { ProviderName } from "@/lib/protocol/v2.ts";
import { type ConfiguredProvider, type GenerateRequest, LlmError, type LlmEvent, type Provider } from "./provider.ts";

export interface ProviderRouterOptions {
  provider: Pick<ConfiguredProvider, "name" | "model" | "generate" | "probe">;
  /** Who answers when that one's server cannot be reached at all. Default: nobody. */
  fallback?: Provider | undefined;
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
 * Decides for each prompt who answers it: the configured provider, or the fallback where that one's server cannot be
 * reached at all.
 *
 * A server sends nothing before its first line, and that may take minutes, so the decision cannot wait for it. A refused
 * connection fails at once; where nothing has come after a moment, a knock at the door tells whether someone is there.
 */
export class ProviderRouter {
  readonly #provider: ProviderRouterOptions["provider"];
  readonly #fallback: Provider | undefined;
  readonly #graceMs: number;
  readonly #silenceMs: number;

  constructor({ provider, fallback, graceMs = 200, silenceMs = 5000 }: ProviderRouterOptions) {
    this.#provider = provider;
    this.#fallback = fallback;
    this.#graceMs = graceMs;
    this.#silenceMs = silenceMs;
  }

  /**
   * Begins an answer, and resolves once it is sure who gives it. Failures come from its events: leave them unread
   * only when `signal` is aborted, for they hold a connection.
   */
  async open(request: GenerateRequest, { signal }: { signal: AbortSignal }): Promise<Opened> {
    const provider = this.#provider;
    // What a model has begun, the built-in brain cannot go on with.
    const fallback = request.messages.at(-1)?.role === "assistant" ? undefined : this.#fallback;
    const opened = (by: Provider, events: AsyncIterable<LlmEvent>): Opened => {
      return { provider: by.name, model: by.model ?? request.model, events };
    };
    if (fallback === undefined) return opened(provider, provider.generate(request, { signal }));
    const attempt = new AbortController();
    const events = provider.generate(request, { signal: AbortSignal.any([signal, attempt.signal]) });
    const first = events.next();
    if (await this.#answers(first, signal)) return opened(provider, new Begun(first, events));
    attempt.abort(new Error(`${provider.name} cannot be reached, ${fallback.name} answers`));
    return opened(fallback, fallback.generate(request, { signal }));
  }

  /** Whether the provider's server is there, by what comes first: its answer, its failure, or a sign of life. */
  async #answers(first: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    const answer = first.then(() => true, (error) => {
      if (error instanceof LlmError && error.code === "llm_unreachable") return false;
      // Not unreachable, so it is the server's own failure: the events tell of it.
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
        await this.#provider.probe({ signal });
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
