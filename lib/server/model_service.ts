/** Who answers, as the configuration says: the language model, who stands in for it, and the character they play. */
import { contextOf, filled } from "@/lib/characters/character.ts";
import { type Characters, charactersOf } from "@/lib/characters/characters.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import { contextBudget, messagesIn } from "@/lib/chat/context.ts";
import { TokenCounter } from "@/lib/chat/token_count.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { authorizationFor } from "@/lib/config/model_auth.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";
import type { PullOptions } from "@/lib/providers/ollama/pull.ts";
import { ProviderRouter } from "@/lib/providers/router.ts";
import { OllamaProvider } from "@/lib/providers/ollama/ollama.ts";
import { OllamaMonitor, type OllamaStatus } from "@/lib/providers/ollama/status.ts";
import { StatusWatch } from "@/lib/providers/status_watch.ts";
import type { CharacterInfo, Status, TurnRecord } from "@/lib/protocol/v2.ts";
import { warn } from "@/lib/telemetry/log.ts";

export interface ModelServiceOptions {
  /** Folders that relative paths of cards may start at, in order. */
  roots: readonly string[];
  /** Whether anybody would see a change of status. */
  watched(): boolean;
  onStatus(status: Status): void;
}

/** Changes with the configuration: what is being answered goes on as it began. */
export class ModelService {
  readonly #options: ModelServiceOptions;
  #config: Config;
  #characters: Characters;
  #model: ConnectedModel;
  /** What `{{random:…}}` is in greetings, from 0 to 1: another one at each start. */
  readonly #chance = Math.random();
  /** What was learned of each model's tokens, by its name. */
  readonly #counters = new Map<string, TokenCounter>();

  #authorization: string | undefined;

  private constructor(
    config: Config,
    characters: Characters,
    authorization: string | undefined,
    options: ModelServiceOptions,
  ) {
    this.#options = options;
    this.#authorization = authorization;
    this.#config = config;
    this.#characters = characters;
    this.#model = new ConnectedModel(config, authorization, options, this.#counterOf(config));
  }

  static async open(config: Config, options: ModelServiceOptions): Promise<ModelService> {
    const characters = await loadCharacters(config, options.roots);
    return new ModelService(
      config,
      characters,
      await authorizationFor(config.llm, "llm", options.roots[0] ?? "."),
      options,
    );
  }

  /** Answers with whoever the configuration names when it is asked. */
  get languageModel(): LanguageModel {
    return { open: (request, options) => this.#model.open(request, options) };
  }

  /** Where Ollama is and how it is asked there, with what pages do not see. */
  get access(): Pick<PullOptions, "host" | "allowLinkLocal" | "authorization"> {
    const { host, allowLinkLocal } = this.#config.llm;
    return { host, allowLinkLocal, authorization: this.#authorization };
  }

  /** What was last seen of Ollama, for the pages; looked at anew when that was a while ago. */
  status(): Status {
    return this.#model.watch.recentStatus();
  }

  /** Looks at Ollama now. */
  refreshStatus(): Promise<OllamaStatus> {
    return this.#model.watch.refresh();
  }

  get characters(): Characters {
    return this.#characters;
  }

  /** The chosen character, as pages show it. */
  character(): CharacterInfo | undefined {
    const { chosen } = this.#characters;
    if (chosen === undefined) return undefined;
    // What is shown is what the model is told that the character said: nothing in it may change in between.
    const { name, greeting, otherGreetings } = filled(chosen, {
      now: new Date(),
      random: () => this.#chance,
      seed: "",
    });
    return {
      name,
      ...(greeting !== undefined && { greeting }),
      ...(greeting !== undefined && otherGreetings.length > 0 && { otherGreetings: [...otherGreetings] }),
    };
  }

  /** What the language model is told of the character for the last of `turns`, and how much fits. */
  context(turns: readonly TurnRecord[]): ContextOptions {
    const { chosen } = this.#characters;
    const { counter, contextLength } = this.#model;
    const budget = contextBudget(contextLength);
    const count = (messages: readonly ChatMessage[]) => counter.count(messages);
    if (chosen === undefined) return { budget, count };
    const messages = (greeting?: string) => messagesIn(turns, greeting);
    return contextOf(chosen, { messages, conversation: turns[0]?.turn ?? "", budget, count });
  }

  /** Takes up a changed configuration. Pages are sent the status of the new one. */
  async change(config: Config): Promise<void> {
    this.#characters = await loadCharacters(config, this.#options.roots);
    const before = this.#config;
    this.#config = config;
    if (JSON.stringify([before.llm, before.limits]) === JSON.stringify([config.llm, config.limits])) return;
    this.#authorization = await authorizationFor(config.llm, "llm", this.#options.roots[0] ?? ".");
    this.#model.dispose();
    this.#model = new ConnectedModel(config, this.#authorization, this.#options, this.#counterOf(config));
    this.#options.onStatus(this.#model.watch.current);
  }

  dispose(): void {
    this.#model.dispose();
  }

  #counterOf({ llm: { model } }: Config): TokenCounter {
    const counter = this.#counters.get(model) ?? new TokenCounter();
    this.#counters.set(model, counter);
    return counter;
  }
}

/** The characters of a configuration. What is wrong with their cards is said to whoever runs the server. */
async function loadCharacters(config: Config, roots: readonly string[]): Promise<Characters> {
  const characters = await charactersOf(config, roots);
  for (const warning of characters.warnings) warn(`Warning: ${warning}`);
  return characters;
}

/** Ollama with one configuration, how it is watched, and who answers where it is not. */
class ConnectedModel implements LanguageModel {
  readonly monitor: OllamaMonitor;
  readonly watch: StatusWatch;
  readonly counter: TokenCounter;
  readonly #router: ProviderRouter;
  /** The context that Ollama is asked for with every prompt, in tokens. */
  readonly #asked: number | undefined;

  constructor(
    { llm, limits }: Config,
    authorization: string | undefined,
    { watched, onStatus }: ModelServiceOptions,
    counter: TokenCounter,
  ) {
    const { host, model, allowLinkLocal, fallback } = llm;
    // A context that is filled further than Ollama loads it would be cut without a word.
    const options = llm.contextLength === undefined ? llm.options : { num_ctx: llm.contextLength, ...llm.options };
    this.#asked = typeof options.num_ctx === "number" && options.num_ctx > 0 ? options.num_ctx : undefined;
    this.counter = counter;
    this.monitor = new OllamaMonitor({ host, model, allowLinkLocal, authorization });
    this.watch = new StatusWatch({ monitor: this.monitor, fallback, watched, onChange: onStatus });
    const ollama = new OllamaProvider({
      host,
      allowLinkLocal,
      authorization,
      api: llm.api,
      ...(llm.think !== undefined && { think: llm.think }),
      ...(llm.keepAlive !== undefined && { keepAlive: llm.keepAlive }),
      options,
      canThink: () => this.monitor.latest?.capabilities?.includes("thinking"),
      onCounted: (answer) => counter.learn(answer),
      firstByteMs: limits.firstByteSeconds * 1_000,
      idleMs: limits.idleSeconds * 1_000,
      maxLineBytes: limits.lineBytes,
    });
    this.#router = new ProviderRouter({ ollama, fallback });
  }

  /** In tokens; undefined while nothing tells it. */
  get contextLength(): number | undefined {
    const most = this.monitor.latest?.contextLength ?? Infinity;
    return this.#asked === undefined ? this.monitor.contextLength : Math.min(this.#asked, most);
  }

  async open(...[request, options]: Parameters<LanguageModel["open"]>): ReturnType<LanguageModel["open"]> {
    const opened = await this.#router.open(request, options);
    // Pages learn who answers where that is not whom they were told.
    if (opened.provider !== this.watch.current.provider) this.watch.look();
    return opened;
  }

  dispose(): void {
    this.watch.dispose();
  }
}
