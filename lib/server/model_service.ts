/** Who answers, as the configuration says: the language model, who stands in for it, and the character they play. */
import { isDeepStrictEqual } from "node:util";
import { type CardPicture, readPicture } from "@/lib/characters/card_picture.ts";
import { contextOf, filled } from "@/lib/characters/character.ts";
import { type Characters, charactersOf } from "@/lib/characters/characters.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import { contextBudget, messagesIn } from "@/lib/chat/context.ts";
import { TokenCounter } from "@/lib/chat/token_count.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { authorizationFor } from "@/lib/config/model_auth.ts";
import type { Config } from "@/lib/config/schema.ts";
import type {
  ChatMessage,
  ConfiguredProvider,
  ProviderDefinition,
  ProviderSettings,
  ProviderStatus,
} from "@/lib/providers/provider.ts";
import type { ProviderRegistry } from "@/lib/providers/registry.ts";
import { ProviderRouter } from "@/lib/providers/router.ts";
import { StatusWatch } from "@/lib/providers/status_watch.ts";
import { pictureAddress } from "@/lib/protocol/character_picture.ts";
import type { Principal } from "@/lib/principal.ts";
import type { CharacterInfo, Status, TurnRecord } from "@/lib/protocol/v2.ts";
import { warn } from "@/lib/telemetry/log.ts";

export interface ModelServiceOptions {
  /** What the configuration chooses among. */
  providers: ProviderRegistry;
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

  private constructor(
    config: Config,
    characters: Characters,
    authorization: string | undefined,
    options: ModelServiceOptions,
  ) {
    this.#options = options;
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

  /** The configured provider. */
  get provider(): ConfiguredProvider {
    return this.#model.provider;
  }

  /** Its kind. */
  get definition(): ProviderDefinition {
    return this.#model.definition;
  }

  /** What was last seen of the provider's server, for the pages; looked at anew when that was a while ago. */
  status(): Status {
    return this.#model.watch.recentStatus();
  }

  /** Looks at the provider's server now. */
  refreshStatus(): Promise<ProviderStatus> {
    return this.#model.watch.refresh();
  }

  get characters(): Characters {
    return this.#characters;
  }

  /** How the chosen character speaks: as all do, but for what it has of its own. */
  voice(general: Config["voice"]): Config["voice"] {
    const { chosen } = this.#characters;
    const { engine, voice, rate, pitch } = this.#config.prompts[chosen?.id ?? ""]?.voice ?? {};
    return {
      ...general,
      // A general voice is one of the general engine's.
      ...(engine !== undefined && { engine, voice: undefined }),
      ...(voice !== undefined && { voice }),
      ...(rate !== undefined && { rate }),
      ...(pitch !== undefined && { pitch }),
    };
  }

  /** The chosen character, as pages show it. */
  character(): CharacterInfo | undefined {
    const { chosen } = this.#characters;
    if (chosen === undefined) return undefined;
    // What is shown is what the model is told that the character said: nothing in it may change in between.
    const { id, name, greeting, otherGreetings, picture } = filled(chosen, {
      now: new Date(),
      random: () => this.#chance,
      seed: "",
    });
    return {
      name,
      ...(greeting !== undefined && { greeting }),
      ...(greeting !== undefined && otherGreetings.length > 0 && { otherGreetings: [...otherGreetings] }),
      ...(picture !== undefined && { picture: pictureAddress(this.#config.server.basePath, id, picture.version) }),
    };
  }

  /**
   * The picture of a character's card; undefined where there is none, or none for the principal: a guest sees that of
   * the one who is talked with.
   */
  async picture(id: string, { role }: Principal): Promise<CardPicture | undefined> {
    const { all, chosen } = this.#characters;
    const seen = role === "owner" ? all : [chosen];
    const picture = seen.find((character) => character?.id === id)?.picture;
    return picture === undefined ? undefined : await readPicture(picture.path);
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
    if (isDeepStrictEqual([before.llm, before.limits], [config.llm, config.limits])) return;
    const authorization = await authorizationFor(config.llm, "llm", this.#options.roots[0] ?? ".");
    this.#model.dispose();
    this.#model = new ConnectedModel(config, authorization, this.#options, this.#counterOf(config));
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

/** The provider with one configuration, how its server is watched, and who answers where it is not. */
class ConnectedModel implements LanguageModel {
  readonly definition: ProviderDefinition;
  readonly provider: ConfiguredProvider;
  readonly watch: StatusWatch;
  readonly counter: TokenCounter;
  readonly #providers: ProviderRegistry;
  readonly #router: ProviderRouter;

  constructor(
    { llm, limits }: Config,
    authorization: string | undefined,
    { providers, watched, onStatus }: ModelServiceOptions,
    counter: TokenCounter,
  ) {
    const { fallback } = llm;
    const settings: ProviderSettings = {
      llm,
      limits,
      authorization,
      onCounted: (answer) => counter.learn(answer),
    };
    this.#providers = providers;
    this.counter = counter;
    this.definition = providers.get(llm.provider);
    this.provider = this.definition.create(settings);
    this.watch = new StatusWatch({
      provider: this.definition,
      monitor: this.provider.monitor,
      fallback,
      watched,
      onChange: onStatus,
    });
    this.#router = new ProviderRouter({
      provider: this.provider,
      fallback: fallback === "none" ? undefined : providers.get(fallback).create(settings),
    });
  }

  /** In tokens; undefined while nothing tells it. */
  get contextLength(): number | undefined {
    return this.provider.monitor.contextLength;
  }

  async open(...[request, options]: Parameters<LanguageModel["open"]>): ReturnType<LanguageModel["open"]> {
    const opened = await this.#router.open(request, options);
    // Pages learn who answers where that is not whom they were told.
    if (opened.provider !== this.watch.current.provider) this.watch.look();
    return { ...opened, displayName: this.#providers.get(opened.provider).displayName };
  }

  dispose(): void {
    this.watch.dispose();
  }
}
