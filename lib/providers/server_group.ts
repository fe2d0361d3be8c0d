/** Servers that have the same language model and share the work. */
import type {
  ConfiguredProvider,
  GenerateRequest,
  LlmEvent,
  ProviderMonitor,
  ProviderStatus,
  PullProgress,
} from "./provider.ts";
import { LlmError } from "./provider.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";

/** Failures that are of a server itself: another one may do better. */
export const SERVER_FAULTS: readonly ErrorCode[] = [
  "llm_unreachable",
  "llm_bad_gateway",
  "llm_wrong_address",
  "llm_unauthorized",
  "llm_busy",
  "llm_out_of_memory",
  "llm_failed",
  "model_missing",
  "incomplete",
  "timeout",
];

/** How long a server rests that has failed, ms: twice as long each further time, up to the most. */
const REST_MS = 1_000;
const MOST_REST_MS = 60_000;

export interface ServerGroupOptions {
  /** Milliseconds that never go back. Default: `performance.now`. */
  now?(): number;
}

/** One server or several behind one name. */
export class ServerGroup {
  readonly #servers: readonly ConfiguredProvider[];
  readonly #members: readonly Member[];
  readonly monitor: ProviderMonitor;

  /** @param servers at least one */
  constructor(servers: readonly ConfiguredProvider[], { now = () => performance.now() }: ServerGroupOptions = {}) {
    this.#servers = servers;
    // One alone has nobody to share with.
    this.#members = servers.length === 1 ? [] : servers.map((server) => new Member(server, now));
    const [first, ...rest] = servers;
    if (first === undefined) throw new Error("Cannot make a group of no servers: it should be at least one");
    this.monitor = rest.length === 0 ? first.monitor : new GroupMonitor(servers.map(({ monitor }) => monitor));
  }

  /** All of them, in the order in which to ask: those that rest last, else the least busy first. */
  inOrder(): readonly ConfiguredProvider[] {
    if (this.#members.length === 0) return this.#servers;
    return this.#members
      .map((member) => ({ member, rests: member.rests, active: member.active, asked: member.asked }))
      .sort((a, b) => a.rests - b.rests || a.active - b.active || a.asked - b.asked)
      .map(({ member }) => member.provider);
  }

  /** Has each of them fetch a model; undefined where they cannot. */
  get pull(): ConfiguredProvider["pull"] {
    const pulls = this.#servers.map(({ pull }) => pull).filter((pull) => pull !== undefined);
    if (pulls.length < this.#servers.length) return undefined;
    return async function* (model, options): AsyncGenerator<PullProgress, void, undefined> {
      for (const pull of pulls) yield* pull(model, options);
    };
  }
}

/** A server, how busy it is, and whether it rests. */
class Member {
  readonly provider: ConfiguredProvider;
  readonly #now: () => number;
  /** Answers that it gives now. */
  active = 0;
  /** When it was asked last. */
  asked = 0;
  #failures = 0;
  #restsUntil = 0;

  constructor(server: ConfiguredProvider, now: () => number) {
    this.#now = now;
    this.provider = {
      name: server.name,
      get model() {
        return server.model;
      },
      generate: (request, options) => this.#generate(server, request, options),
      probe: (options) => server.probe(options),
      monitor: server.monitor,
      ...(server.preload && { preload: server.preload }),
    };
  }

  /** How long it still rests, ms. */
  get rests(): number {
    return Math.max(0, this.#restsUntil - this.#now());
  }

  async *#generate(
    server: ConfiguredProvider,
    request: GenerateRequest,
    options: { signal: AbortSignal },
  ): AsyncGenerator<LlmEvent, void, undefined> {
    this.active++;
    this.asked = this.#now();
    try {
      yield* server.generate(request, options);
      this.#failures = 0;
    } catch (error) {
      if (error instanceof LlmError && SERVER_FAULTS.includes(error.code)) this.#rest();
      throw error;
    } finally {
      this.active--;
    }
  }

  #rest(): void {
    this.#restsUntil = this.#now() + Math.min(MOST_REST_MS, REST_MS * 2 ** this.#failures);
    this.#failures++;
  }
}

/** What stands at several addresses, as one. */
class GroupMonitor implements ProviderMonitor {
  readonly #monitors: readonly ProviderMonitor[];

  constructor(monitors: readonly ProviderMonitor[]) {
    this.#monitors = monitors;
  }

  get unknown(): ProviderStatus {
    return together(this.#monitors.map(({ unknown }) => unknown));
  }

  get latest(): ProviderStatus | undefined {
    const known = this.#monitors.map(({ latest }) => latest).filter((status) => status !== undefined);
    return known.length === 0 ? undefined : together(known);
  }

  /** Whoever answers, it has to fit. */
  get contextLength(): number | undefined {
    const lengths = this.#monitors.map(({ contextLength }) => contextLength).filter((length) => length !== undefined);
    return lengths.length === 0 ? undefined : Math.min(...lengths);
  }

  async refresh(): Promise<ProviderStatus> {
    return together(await Promise.all(this.#monitors.map((monitor) => monitor.refresh())));
  }
}

/** The best of all, at all addresses. */
function together(all: readonly ProviderStatus[]): ProviderStatus {
  const best = all.find(({ reachable, modelPresent }) => reachable && modelPresent !== false) ??
    all.find(({ reachable }) => reachable) ?? all[0]!;
  const models = new Map(all.flatMap(({ models }) => models).map((model) => [model.name, model]));
  return {
    ...best,
    host: all.map(({ host }) => host).join(", "),
    models: [...models.values()],
    away: all.some(({ away }) => away),
  };
}
