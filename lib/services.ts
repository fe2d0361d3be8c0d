/** Everything that lives as long as the server: configuration, avatar, brain, conversations. */
import { join, resolve } from "node:path";
import { contextOf } from "@/lib/characters/character.ts";
import { charactersOf } from "@/lib/characters/characters.ts";
import { contextBudget, messagesFor } from "@/lib/chat/context.ts";
import { Hub } from "@/lib/chat/hub.ts";
import { SqliteStore } from "@/lib/chat/sqlite_store.ts";
import type { Store } from "@/lib/chat/store.ts";
import type { Brain } from "@/lib/chat/turn.ts";
import { appConfig, type ShownModel } from "@/lib/config/app_config.ts";
import { loadConfig, type LoadedConfig } from "@/lib/config/load.ts";
import type { Config } from "@/lib/config/schema.ts";
import { LlmBrain } from "@/lib/llm/brain.ts";
import { OllamaProvider } from "@/lib/llm/ollama.ts";
import { OllamaMonitor } from "@/lib/llm/status.ts";
import { StatusWatch } from "@/lib/llm/status_watch.ts";
import { complain } from "@/lib/telemetry/log.ts";
import { modelSource } from "@/lib/models/known.ts";
import { ModelError } from "@/lib/models/model_error.ts";
import { syncAloud } from "@/lib/models/tell_sync.ts";
import { BUNDLE, homeFolder, PROGRAM } from "@/lib/paths.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

export interface ServicesOptions {
  /** Default: loaded from the user's folder. */
  loaded?: LoadedConfig;
  /** Where the avatar's files go. Default: `static/` of the project; beside the data for a compiled program. */
  staticDir?: string;
  store?: Store;
  brain?: Brain;
}

export interface Services {
  readonly config: Config;
  readonly hub: Hub;
  /** Holds `model/` and `vendor/`. */
  readonly staticDir: string;
  /** What was last seen of Ollama. */
  readonly monitor: OllamaMonitor;
  appConfig(): AppConfig;
  /** Ends turns, stores them, closes sockets. */
  close(): Promise<void>;
}

/**
 * Opens everything the server needs. An avatar that cannot be shown is reported, and no reason not to start.
 *
 * @throws {ConfigError} when the configuration is wrong
 */
export async function openServices(options: ServicesOptions = {}): Promise<Services> {
  const loaded = options.loaded ?? await loadConfig({ root: await homeFolder() });
  const { config, root } = loaded;
  for (const warning of loaded.warnings) complain(`Warning: ${warning}`);
  const dataDir = resolve(root, config.server.dataDir);
  const staticDir = options.staticDir ?? join(Deno.build.standalone ? dataDir : PROGRAM, "static");
  await Deno.mkdir(dataDir, { recursive: true });
  const shown = await bringAvatar(loaded, staticDir);
  const characters = await charactersOf(config, root);
  for (const warning of characters.warnings) complain(`Warning: ${warning}`);
  const { llm, limits } = config;
  const monitor = new OllamaMonitor({ host: llm.host, model: llm.model });
  const status: StatusWatch = new StatusWatch({
    monitor,
    fallback: llm.fallback,
    watched: () => hub.sockets > 0,
    onChange: (status) => hub.tell({ type: "status", ...status }),
  });
  const persona = characters.chosen && contextOf(characters.chosen);
  const hub: Hub = new Hub({
    brain: options.brain ?? openBrain(config, status),
    store: options.store ?? new SqliteStore(join(dataDir, "conversations.db")),
    limits,
    classifier: config.emotions.classifier,
    request: (turns) => {
      const budget = contextBudget(llm.contextLength ?? monitor.latest?.loadedContext);
      return { model: llm.model, messages: messagesFor(turns, { ...persona, budget }) };
    },
    status: () => status.glance(),
  });
  const close = async () => {
    status.dispose();
    await hub.close();
  };
  return { config, hub, staticDir, monitor, appConfig: () => appConfig(config, shown), close };
}

/** Brings the avatar's files. Where nothing can be shown the page is told of the configured model all the same. */
async function bringAvatar({ config, root, path }: LoadedConfig, staticDir: string): Promise<ShownModel> {
  try {
    const bundled = Deno.build.standalone ? { bundled: join(PROGRAM, BUNDLE) } : {};
    return await syncAloud({ config, root, configPath: path, staticDir, ...bundled });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    complain(error.message);
    const { name, entry = "none", timeScale } = modelSource(config, config.model);
    return { name, entry: `/model/${entry}`, timeScale };
  }
}

function openBrain({ llm, limits }: Config, status: StatusWatch): Brain {
  const ollama = new OllamaProvider({
    host: llm.host,
    api: llm.api,
    ...(llm.think !== undefined && { think: llm.think }),
    ...(llm.keepAlive !== undefined && { keepAlive: llm.keepAlive }),
    options: llm.options,
    firstByteMs: limits.firstByteSeconds * 1_000,
    idleMs: limits.idleSeconds * 1_000,
    maxLineBytes: limits.lineBytes,
  });
  const brain = new LlmBrain({ ollama, fallback: llm.fallback });
  return {
    async open(request, options) {
      const opened = await brain.open(request, options);
      // Who answers is news to the pages when they believe otherwise.
      if (opened.provider !== status.current.provider) void status.refresh();
      return opened;
    },
  };
}
