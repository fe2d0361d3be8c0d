import type { ProviderName } from "@/lib/protocol/v2.ts";
import { promptShowsImages, showsImages, withoutImages } from "./images.ts";
import { SERVER_FAULTS } from "./server_group.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import { type ConfiguredProvider, type GenerateRequest, LlmError, type LlmEvent, type Provider } from "./provider.ts";

/** Somebody who may answer. */
export interface Candidate {
  provider: Pick<ConfiguredProvider, "name" | "model" | "generate" | "probe">;
  /** What it is asked for. */
  model: string;
  /** What the configuration calls this language model; several servers may have the same one. */
  mind: string;
  /** Whether it can see. Default: it cannot. */
  canSee?(): Promise<boolean>;
}

export interface ProviderRouterOptions {
  /** Whom to ask now, in this order: at least one. */
  candidates(): readonly Candidate[];
  /** Who answers when none of their servers can be reached at all. Default: nobody. */
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
  /** Of the candidate; absent for the fallback. */
  mind?: string;
  /** True where it cannot see the images of the prompt, and was not shown them. */
  unseen?: true;
  events: AsyncIterable<LlmEvent>;
}

/** Where another language model is asked only when nobody is there, another server of the same one is on any failure. */
const ABSENT: readonly ErrorCode[] = ["llm_unreachable"];

/**
 * Decides for each prompt who answers it: the configured language model by one of its servers, another one where those
 * cannot be reached, or the fallback.
 *
 * A server sends nothing before its first line, and that may take minutes, so the decision cannot wait for it. A refused
 * connection fails at once; where nothing has come after a moment, a knock at the door tells whether someone is there.
 */
export class ProviderRouter {
  readonly #options: ProviderRouterOptions;
  readonly #graceMs: number;
  readonly #silenceMs: number;

  constructor(options: ProviderRouterOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs ?? 200;
    this.#silenceMs = options.silenceMs ?? 5000;
  }

  /**
   * Begins an answer, and resolves once it is sure who gives it. Failures come from its events: leave them unread
   * only when `signal` is aborted, for they hold a connection.
   */
  async open(request: GenerateRequest, { signal }: { signal: AbortSignal }): Promise<Opened> {
    const candidates = this.#options.candidates();
    // What a model has begun, the built-in brain cannot go on with.
    const fallback = request.messages.at(-1)?.role === "assistant" ? undefined : this.#options.fallback;
    for (const [index, candidate] of candidates.entries()) {
      const { provider, mind } = candidate;
      const sees = !showsImages(request) || (await candidate.canSee?.() ?? false);
      const wanted = { ...(sees ? request : withoutImages(request)), model: candidate.model };
      const opened = (events: AsyncIterable<LlmEvent>): Opened => ({
        provider: provider.name,
        model: provider.model ?? candidate.model,
        mind,
        ...(!sees && promptShowsImages(request) && { unseen: true }),
        events,
      });
      const next = candidates[index + 1];
      if (next === undefined && fallback === undefined) return opened(provider.generate(wanted, { signal }));
      const attempt = new AbortController();
      const events = provider.generate(wanted, { signal: AbortSignal.any([signal, attempt.signal]) });
      const first = events.next();
      const passesOn = next?.mind === mind ? SERVER_FAULTS : ABSENT;
      if (await this.#answers(provider, first, passesOn, signal)) return opened(new Begun(first, events));
      attempt.abort(new LlmError("llm_unreachable", `${provider.name} does not answer: the next one is asked`));
    }
    if (fallback === undefined) throw new Error("Cannot ask anybody: there are no language models");
    const events = fallback.generate(withoutImages(request), { signal });
    return {
      provider: fallback.name,
      model: fallback.model ?? request.model,
      ...(promptShowsImages(request) && { unseen: true }),
      events,
    };
  }

  /** Whether the provider's server is there, by what comes first: its answer, its failure, or a sign of life. */
  async #answers(
    provider: Candidate["provider"],
    first: Promise<unknown>,
    passesOn: readonly ErrorCode[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const done = new AbortController();
    // Of a failure that nobody else could do anything about, the events tell.
    const answer = first.then(() => true, (error) => !(error instanceof LlmError && passesOn.includes(error.code)));
    try {
      return await Promise.race([answer, this.#signOfLife(provider, AbortSignal.any([signal, done.signal]))]);
    } finally {
      done.abort();
    }
  }

  /** True as soon as the address answers HTTP; false when it has kept silent; never, when it refuses. */
  async #signOfLife(provider: Candidate["provider"], signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = async () => {
      try {
        await provider.probe({ signal });
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
