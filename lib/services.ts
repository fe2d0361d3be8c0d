/** Everything that lives as long as the server: configuration, avatar, mind, conversations. */
import { join } from "node:path";
import { messagesFor } from "@/lib/chat/context.ts";
import { Hub } from "@/lib/chat/hub.ts";
import { SqliteStore } from "@/lib/chat/sqlite_store.ts";
import type { Store } from "@/lib/chat/store.ts";
import type { Brain } from "@/lib/chat/turn.ts";
import { appConfig } from "@/lib/config/app_config.ts";
import { LiveConfig } from "@/lib/config/live_config.ts";
import { loadConfig, type LoadedConfig } from "@/lib/config/load.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Change } from "@/lib/config/write.ts";
import { avatarCalls } from "@/lib/desk/avatars.ts";
import { characterCalls } from "@/lib/desk/characters.ts";
import { guestLinkCalls } from "@/lib/desk/guest_link.ts";
import { ollamaCalls } from "@/lib/desk/ollama.ts";
import { settingsCalls } from "@/lib/desk/settings.ts";
import { Secrets } from "@/lib/http/secrets.ts";
import { Mind } from "@/lib/mind.ts";
import { rootsOf } from "@/lib/models/bring.ts";
import type { ReadBudget } from "@/lib/models/read_budget.ts";
import { Wardrobe, wearsOther } from "@/lib/models/wardrobe.ts";
import { homeFolder } from "@/lib/paths.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import { spareLoopback } from "@/lib/llm/direct.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { complain, setLogLevel } from "@/lib/telemetry/log.ts";

export interface ServicesOptions {
  /** Default: loaded from the user's folder. */
  loaded?: LoadedConfig;
  store?: Store;
  brain?: Brain;
}

export interface Services {
  /** What holds now: another one after every change. */
  readonly config: Config;
  readonly live: LiveConfig;
  readonly hub: Hub;
  readonly mind: Mind;
  readonly avatar: Wardrobe;
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
  spareLoopback();
  const loaded = options.loaded ?? await loadConfig({ root: await homeFolder() });
  const { config, root, path, dataDir } = loaded;
  setLogLevel(config.log.level);
  for (const warning of loaded.warnings) complain(`Warning: ${warning}`);
  await Deno.mkdir(dataDir, { recursive: true });
  const secrets = await Secrets.open(dataDir);
  const live = new LiveConfig(loaded);
  const avatar = await Wardrobe.open(config, { root, path, dataDir });
  const mind: Mind = await Mind.open(config, {
    roots: rootsOf(root, path),
    watched: () => hub.sockets > 0,
    onStatus: (status) => hub.tell({ type: "status", ...status }),
  });
  const hub: Hub = new Hub({
    brain: options.brain ?? mind.brain,
    store: options.store ?? new SqliteStore(join(dataDir, "conversations.db")),
    limits: config.limits,
    get classifier() {
      return live.current.emotions.classifier;
    },
    request: (turns) => ({ model: live.current.llm.model, messages: messagesFor(turns, mind.context()) }),
    context: () => mind.context(),
    status: () => mind.status(),
    character: () => mind.who(),
  });
  const services: Services = {
    get config() {
      return live.current;
    },
    live,
    hub,
    mind,
    avatar,
    dataDir,
    secrets,
    appConfig: () => appConfig(live.current, avatar.shown(live.current)),
    change: (changes, budget) => changeServices(services, changes, budget),
    close: async () => {
      guarded("stop looking at Ollama", () => mind.dispose());
      guarded("let go of the avatar", () => avatar[Symbol.dispose]());
      await hub.close();
    },
  };
  for (const callsFor of [settingsCalls, ollamaCalls, avatarCalls, characterCalls, guestLinkCalls]) {
    hub.desk.register(callsFor(services));
  }
  return services;
}

async function changeServices(
  { live, avatar, mind, hub }: Services,
  changes: readonly Change[],
  budget?: ReadBudget,
): Promise<void> {
  // Who names the avatar means it, even if it is the configured one: its files may not have been there at the start.
  const named = changes.some(({ path: [first] }) => first === "model");
  let worn = false;
  await live.change(changes, {
    async prepare(next, before) {
      worn = named || wearsOther(next, before);
      if (worn) await avatar.wear(next, budget);
    },
    async apply(next, before) {
      setLogLevel(next.log.level);
      const was = mind.who();
      await mind.change(next);
      const character = mind.who();
      if (JSON.stringify(was) !== JSON.stringify(character)) {
        hub.tell({ type: "character", ...(character && { character }) });
      }
      const page = appConfig(next, avatar.shown(next));
      const changed = JSON.stringify(page) !== JSON.stringify(appConfig(before, avatar.shown(before)));
      if (worn || changed) hub.tell({ type: "avatar", config: page });
    },
  });
}
