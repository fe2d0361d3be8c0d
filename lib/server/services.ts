/** Everything that lives as long as the server: configuration, avatar, mind, conversations. */
import { join } from "node:path";
import { messagesFor } from "@/lib/chat/context.ts";
import { Hub } from "@/lib/chat/hub.ts";
import { SqliteStore } from "@/lib/store/sqlite_store.ts";
import type { Store } from "@/lib/store/store.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { appConfig } from "@/lib/config/app_config.ts";
import { LiveConfig } from "@/lib/config/live_config.ts";
import { loadConfig, type LoadedConfig } from "@/lib/config/load.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Change } from "@/lib/config/write.ts";
import { avatarCalls } from "./calls/avatars.ts";
import { characterCalls } from "./calls/characters.ts";
import { guestLinkCalls } from "./calls/guest_link.ts";
import { ollamaCalls } from "./calls/ollama.ts";
import { settingsCalls } from "./calls/settings.ts";
import { Secrets } from "./http/secrets.ts";
import { ModelService } from "./model_service.ts";
import { rootsOf } from "@/lib/avatars/bring.ts";
import type { ReadBudget } from "@/lib/avatars/read_budget.ts";
import { AvatarLibrary, needsOtherAvatar } from "@/lib/avatars/avatar_library.ts";
import { homeFolder } from "@/lib/paths.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import { exceptLoopbackFromProxy } from "@/lib/providers/http/no_proxy.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { setLogLevel, warn } from "@/lib/telemetry/log.ts";

export interface ServicesOptions {
  /** Default: loaded from the user's folder. */
  loaded?: LoadedConfig;
  store?: Store;
  languageModel?: LanguageModel;
}

export interface Services {
  /** What holds now: another one after every change. */
  readonly config: Config;
  readonly live: LiveConfig;
  readonly hub: Hub;
  readonly modelService: ModelService;
  readonly avatar: AvatarLibrary;
  /** Where conversations, downloads, avatars and what users bring are kept. */
  readonly dataDir: string;
  readonly secrets: Secrets;
  appConfig(): AppConfig;
  /**
   * Changes fields of the configuration, in its file and at once, or none of them where anything is wrong.
   *
   * @param budget what may still be read of an avatar that has just been uploaded
   * @throws {ConfigError} naming the value that is wrong
   * @throws {ModelError} when the avatar that would be shown then cannot be
   */
  change(changes: readonly Change[], budget?: ReadBudget): Promise<void>;
  /** Ends turns, stores them, closes sockets. */
  close(): Promise<void>;
}

/**
 * Opens everything the server needs. An avatar that cannot be shown is reported, and no reason not to start.
 *
 * @throws {ConfigError} when the configuration is wrong
 */
export async function openServices(options: ServicesOptions = {}): Promise<Services> {
  exceptLoopbackFromProxy();
  const loaded = options.loaded ?? await loadConfig({ root: await homeFolder() });
  const { config, root, path, dataDir } = loaded;
  setLogLevel(config.log.level);
  for (const warning of loaded.warnings) warn(`Warning: ${warning}`);
  await Deno.mkdir(dataDir, { recursive: true });
  const secrets = await Secrets.open(dataDir);
  const live = new LiveConfig(loaded);
  const avatar = await AvatarLibrary.open(config, { root, path, dataDir });
  const modelService: ModelService = await ModelService.open(config, {
    roots: rootsOf(root, path),
    watched: () => hub.sockets > 0,
    onStatus: (status) => hub.broadcast({ type: "status", ...status }),
  });
  const hub: Hub = new Hub({
    languageModel: options.languageModel ?? modelService.brain,
    store: options.store ?? new SqliteStore(join(dataDir, "conversations.db")),
    limits: config.limits,
    get classifier() {
      return live.current.emotions.classifier;
    },
    request: (turns) => ({ model: live.current.llm.model, messages: messagesFor(turns, modelService.context(turns)) }),
    context: (turns) => modelService.context(turns),
    status: () => modelService.status(),
    character: () => modelService.who(),
  });
  const services: Services = {
    get config() {
      return live.current;
    },
    live,
    hub,
    modelService: modelService,
    avatar,
    dataDir,
    secrets,
    appConfig: () => appConfig(live.current, avatar.shown(live.current)),
    change: (changes, budget) => changeServices(services, changes, budget),
    close: async () => {
      guarded("stop looking at Ollama", () => modelService.dispose());
      guarded("let go of the avatar", () => avatar[Symbol.dispose]());
      await hub.close();
    },
  };
  for (const callsFor of [settingsCalls, ollamaCalls, avatarCalls, characterCalls, guestLinkCalls]) {
    hub.calls.register(callsFor(services));
  }
  return services;
}

async function changeServices(
  { live, avatar, modelService: modelService, hub }: Services,
  changes: readonly Change[],
  budget?: ReadBudget,
): Promise<void> {
  // Who names the avatar means it, even if it is the configured one: its files may not have been there at the start.
  const named = changes.some(({ path: [first] }) => first === "model");
  let worn = false;
  await live.change(changes, {
    async prepare(next, before) {
      worn = named || needsOtherAvatar(next, before);
      if (worn) await avatar.show(next, budget);
    },
    async apply(next, before) {
      setLogLevel(next.log.level);
      const was = modelService.who();
      await modelService.change(next);
      const character = modelService.who();
      if (JSON.stringify(was) !== JSON.stringify(character)) {
        hub.broadcast({ type: "character", ...(character && { character }) });
      }
      const page = appConfig(next, avatar.shown(next));
      const changed = JSON.stringify(page) !== JSON.stringify(appConfig(before, avatar.shown(before)));
      if (worn || changed) hub.broadcast({ type: "avatar", config: page });
    },
  });
}
