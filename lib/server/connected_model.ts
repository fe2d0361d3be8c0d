/** The language models of one configuration, connected: the chosen one, and those that answer where it cannot. */
import { TokenCounter } from "@/lib/chat/token_count.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { addressesOf, mindOf, mindsInOrder, OWN_MIND } from "@/lib/config/minds.ts";
import { authorizationFor } from "@/lib/config/model_auth.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { ServerKeys } from "@/lib/config/server_keys.ts";
import type { KeyState } from "@/lib/protocol/calls.ts";
import {
  type ConfiguredProvider,
  LlmError,
  type ProviderDefinition,
  type ProviderMonitor,
} from "@/lib/providers/provider.ts";
import type { ProviderRegistry } from "@/lib/providers/registry.ts";
import { canSee } from "@/lib/providers/images.ts";
import { type Candidate, ProviderRouter } from "@/lib/providers/router.ts";
import { ServerGroup } from "@/lib/providers/server_group.ts";
import { StatusWatch } from "@/lib/providers/status_watch.ts";
import type { Status } from "@/lib/protocol/v2.ts";

export interface ConnectOptions {
  /** What the configuration chooses among. */
  providers: ProviderRegistry;
  /** Folders that relative paths may start at, in order. */
  roots: readonly string[];
  /** Keys that were entered on a page. */
  keys: ServerKeys;
  /** Called when a key has been kept or taken away. */
  onKeys?(): void;
  /** Whether anybody would see a change of status. */
  watched(): boolean;
  onStatus(status: Status): void;
}

/** A language model that can be asked. */
export interface ConnectedMind {
  /** What the configuration calls it. */
  name: string;
  definition: ProviderDefinition;
  model: string;
  /** Its servers' addresses. */
  hosts: readonly string[];
  /** Where the key that they are shown comes from. */
  key: KeyState;
  counter: TokenCounter;
  monitor: ProviderMonitor;
  pull: ConfiguredProvider["pull"];
  /** Has the server that would be asked now load the model. */
  preload(options: { signal: AbortSignal }): Promise<void>;
  /** Its context, in tokens; undefined while nothing tells it. */
  readonly contextLength: number | undefined;
  /** Its servers, in the order in which to ask. */
  candidates(): Candidate[];
}

/**
 * Connects the language models that may answer for a character, the first to be asked first. Only their status is asked
 * for yet.
 *
 * @param character its id; undefined: none is chosen
 * @param counters what was learned of each model's tokens, by its name
 * @throws {ConfigError} when a secret cannot be read
 */
export async function connect(
  config: Config,
  character: string | undefined,
  options: ConnectOptions,
  counters: Map<string, TokenCounter>,
): Promise<ConnectedModel> {
  const names = mindsInOrder(config, character);
  const minds = await Promise.all(names.map((name) => connectMind(config, name, options, counters)));
  return new ConnectedModel(minds, config, options);
}

async function connectMind(
  config: Config,
  name: string,
  { providers, roots, keys }: ConnectOptions,
  counters: Map<string, TokenCounter>,
): Promise<ConnectedMind> {
  const mind = mindOf(config, name);
  const { model } = mind;
  const part = name === OWN_MIND ? "llm" : `llms.${name}`;
  const configured = await authorizationFor(mind, part, roots[0] ?? ".");
  const counter = counters.get(model) ?? new TokenCounter();
  counters.set(model, counter);
  const definition = providers.get(mind.provider);
  const hosts = addressesOf(mind);
  const group = new ServerGroup(
    hosts.map((host) =>
      definition.create({
        llm: { ...mind, host },
        limits: config.limits,
        authorization: configured ?? keys.headerFor(host),
        onCounted: (answer) => counter.learn(answer),
      })
    ),
  );
  return {
    name,
    definition,
    model,
    hosts,
    key: configured !== undefined ? "configured" : hosts.some((host) => keys.headerFor(host)) ? "kept" : "none",
    counter,
    monitor: group.monitor,
    pull: group.pull,
    preload: async (options) => {
      if (mind.preload) await group.inOrder()[0]?.preload?.(options);
    },
    get contextLength() {
      return group.monitor.contextLength;
    },
    candidates: () =>
      group.inOrder().map((provider) => ({ provider, model, mind: name, canSee: () => canSee(provider.monitor) })),
  };
}

/** The language models that may answer, whose status is watched, and the way to the one that does. */
export class ConnectedModel implements LanguageModel {
  readonly chosen: ConnectedMind;
  readonly watch: StatusWatch;
  readonly #minds: readonly ConnectedMind[];
  readonly #providers: ProviderRegistry;
  readonly #router: ProviderRouter;
  readonly #gone = new AbortController();
  #preloading: Promise<void> | undefined;

  /** @param minds the chosen one first */
  constructor(minds: readonly ConnectedMind[], config: Config, { providers, watched, onStatus }: ConnectOptions) {
    const [chosen, ...standIns] = minds;
    if (chosen === undefined) throw new Error("Cannot connect no language model: it should be at least one");
    const { fallback } = config.llm;
    this.chosen = chosen;
    this.#minds = minds;
    this.#providers = providers;
    this.watch = new StatusWatch({
      provider: chosen.definition,
      monitor: chosen.monitor,
      standIns: standIns.map(({ definition, monitor }) => ({ provider: definition, monitor })),
      fallback,
      watched,
      onChange: onStatus,
    });
    this.#router = new ProviderRouter({
      candidates: () => minds.flatMap((mind) => mind.candidates()),
      fallback: fallback === "none"
        ? undefined
        : providers.get(fallback).create({ llm: config.llm, limits: config.limits }),
    });
  }

  async open(...[request, options]: Parameters<LanguageModel["open"]>): ReturnType<LanguageModel["open"]> {
    const { mind: name, ...opened } = await this.#router.open(request, options);
    // Pages learn who answers where that is not whom they were told.
    if (opened.provider !== this.watch.current.provider || name !== this.chosen.name) this.watch.look();
    const mind = this.#minds.find((mind) => mind.name === name);
    const { displayName } = mind?.definition ?? this.#providers.get(opened.provider);
    const isStandIn = mind !== undefined && mind !== this.chosen;
    return { ...opened, displayName, ...(isStandIn && { standsIn: displayName }) };
  }

  /** Has the chosen model loaded before it is asked. Pages that want it at the same time want it once. */
  preload(): Promise<void> {
    return this.#preloading ??= this.#preload().finally(() => {
      this.#preloading = undefined;
    });
  }

  async #preload(): Promise<void> {
    try {
      // Ollama lets go of what it loads when that one leaves who wanted it first: so no page's leaving matters.
      await this.chosen.preload({ signal: this.#gone.signal });
    } catch (error) {
      // The prompt that follows meets the same, and its turn tells it.
      if (!(error instanceof LlmError) && !this.#gone.signal.aborted) throw error;
    }
  }

  dispose(): void {
    this.#gone.abort(new DOMException("Another configuration holds", "AbortError"));
    this.watch.dispose();
  }
}
