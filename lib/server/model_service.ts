/** Who answers, as the configuration says: the language model, who stands in for it, and the character they play. */
import { isDeepStrictEqual } from "node:util";
import { type CardPicture, readPicture } from "@/lib/characters/card_picture.ts";
import { connect, type ConnectedMind, type ConnectedModel, type ConnectOptions } from "./connected_model.ts";
import { contextOf, filled } from "@/lib/characters/character.ts";
import { type Characters, charactersOf } from "@/lib/characters/characters.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import { contextBudget, messagesIn } from "@/lib/chat/context.ts";
import type { TokenCounter } from "@/lib/chat/token_count.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import { mindsInOrder } from "@/lib/config/minds.ts";
import { isThisMachine, withoutUser } from "@/lib/config/ollama_host.ts";
import type { Config } from "@/lib/config/schema.ts";
import { type ChatMessage, LlmError, type ProviderStatus } from "@/lib/providers/provider.ts";
import { findProgram, ServerProgram } from "@/lib/providers/server_program.ts";
import { pictureAddress } from "@/lib/protocol/character_picture.ts";
import type { Principal } from "@/lib/principal.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { CharacterInfo, Status, TurnRecord } from "@/lib/protocol/v2.ts";
import { warn } from "@/lib/telemetry/log.ts";

/** Changes with the configuration: what is being answered goes on as it began. */
export class ModelService {
  readonly #options: ConnectOptions;
  #config: Config;
  #characters: Characters;
  #model: ConnectedModel;
  /** What `{{random:…}}` is in greetings, from 0 to 1: another one at each start. */
  readonly #chance = Math.random();
  /** What was learned of each model's tokens, by its name. */
  readonly #counters: Map<string, TokenCounter>;
  readonly #program = new ServerProgram();

  private constructor(
    config: Config,
    characters: Characters,
    model: ConnectedModel,
    options: ConnectOptions,
    counters: Map<string, TokenCounter>,
  ) {
    this.#options = options;
    this.#config = config;
    this.#characters = characters;
    this.#model = model;
    this.#counters = counters;
  }

  static async open(config: Config, options: ConnectOptions): Promise<ModelService> {
    const characters = await loadCharacters(config, options.roots);
    const counters = new Map<string, TokenCounter>();
    const model = await connect(config, characters.chosen?.id, options, counters);
    return new ModelService(config, characters, model, options, counters);
  }

  /** Answers with whoever the configuration names when it is asked. */
  get languageModel(): LanguageModel {
    return { open: (request, options) => this.#model.open(request, options) };
  }

  /** The chosen language model. */
  get chosen(): ConnectedMind {
    return this.#model.chosen;
  }

  /** What was last seen of the provider's server, for the pages; looked at anew when that was a while ago. */
  status(): Status {
    return this.#model.watch.recentStatus();
  }

  /** Looks at the provider's server now. */
  refreshStatus(): Promise<ProviderStatus> {
    return this.#model.watch.refresh();
  }

  /** Has the chosen model loaded before it is asked, where its server does that. */
  preload(): Promise<void> {
    return this.#model.preload();
  }

  /** Whether the chosen one's server can be started: its program is installed, and it would listen on this machine. */
  async isStartable(): Promise<boolean> {
    const { definition: { command } } = this.chosen;
    return command !== undefined && this.#ownAddress !== undefined && await findProgram(command.program) !== undefined;
  }

  /**
   * Starts the chosen one's server on this machine, and resolves when it answers. It ends with this service.
   *
   * @throws {LlmError} where that cannot be done, or it does not come to answer: with the last of what it has said
   */
  async start(): Promise<void> {
    const { definition: { displayName, command }, hosts } = this.chosen;
    const address = this.#ownAddress;
    if (command === undefined || address === undefined) {
      throw new LlmError(
        "llm_unsupported",
        `Cannot start ${displayName} at ${hosts.map(withoutUser).join(", ")} from here`,
      );
    }
    const isThere = async () => (await this.refreshStatus()).reachable;
    if (!await isThere()) await this.#program.start({ command, address, isThere });
  }

  /** Where the chosen one is asked, if that is this machine itself, and nothing in between. */
  get #ownAddress(): string | undefined {
    const { hosts: [address, ...others] } = this.chosen;
    if (address === undefined || others.length > 0 || !isThisMachine(address)) return undefined;
    const { protocol, pathname } = new URL(address);
    return protocol === "http:" && pathname === "/" ? address : undefined;
  }

  /**
   * Looks whether whoever would answer can see images.
   *
   * @throws {RequestError} when it is known that it cannot
   */
  async checkVision(): Promise<void> {
    const { watch } = this.#model;
    // What was seen of one that cannot may be of before it was changed.
    if (watch.current.vision !== true) await watch.refresh();
    const { vision, provider, server, model, standIn } = watch.current;
    if (vision !== false) return;
    const blind = standIn?.model ?? (provider === "demo" ? "The built-in demo" : model);
    throw new RequestError({
      code: "no_vision",
      message: `${blind} cannot see images`,
      hint: provider === "ollama"
        ? "Choose a model that can, such as gemma3 or qwen2.5vl, or send the message without the image"
        : `Choose a model that can, or say by llm.vision that ${standIn?.server ?? server} has one`,
      server: standIn?.server ?? server,
    });
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
    const { counter, contextLength } = this.#model.chosen;
    const budget = contextBudget(contextLength);
    const count = (messages: readonly ChatMessage[]) => counter.count(messages);
    if (chosen === undefined) return { budget, count };
    const messages = (greeting?: string) => messagesIn(turns, greeting);
    return contextOf(chosen, { messages, conversation: turns[0]?.turn ?? "", budget, count });
  }

  /** Takes up a changed configuration. Pages are sent the status of the new one. */
  async change(config: Config): Promise<void> {
    const before = this.#config;
    const asked = mindsInOrder(before, this.#characters.chosen?.id);
    this.#characters = await loadCharacters(config, this.#options.roots);
    this.#config = config;
    const character = this.#characters.chosen?.id;
    const isSame = isDeepStrictEqual(
      [before.llm, before.llms, before.limits, asked],
      [config.llm, config.llms, config.limits, mindsInOrder(config, character)],
    );
    if (isSame) return;
    await this.#connect();
  }

  /**
   * Keeps a key for the servers of the chosen language model, or takes it away, and asks them with it from now on.
   *
   * @throws {ConfigError} when it cannot be one, or the configuration has another
   */
  async setKey(key: string | undefined): Promise<void> {
    const { hosts, key: state } = this.chosen;
    if (state === "configured") {
      throw new ConfigError(
        "Cannot keep a key: the configuration has one, in llm.auth, llm.authFile or VTUBER_LLM_AUTH",
      );
    }
    await this.#options.keys.set(hosts, key);
    this.#options.onKeys?.();
    await this.#connect();
  }

  /**
   * Takes up keys that another process has kept.
   *
   * @throws {ConfigError} when they cannot be read. The message does not have them
   */
  async reloadKeys(): Promise<void> {
    if (await this.#options.keys.reload()) await this.#connect();
  }

  async #connect(): Promise<void> {
    const model = await connect(this.#config, this.#characters.chosen?.id, this.#options, this.#counters);
    this.#model.dispose();
    this.#model = model;
    this.#options.onStatus(model.watch.current);
  }

  /** Looks at nobody any more, and ends what it has started. */
  async close(): Promise<void> {
    this.#model.dispose();
    await this.#program.close();
  }
}

/** The characters of a configuration. What is wrong with their cards is said to whoever runs the server. */
async function loadCharacters(config: Config, roots: readonly string[]): Promise<Characters> {
  const characters = await charactersOf(config, roots);
  for (const warning of characters.warnings) warn(`Warning: ${warning}`);
  return characters;
}
