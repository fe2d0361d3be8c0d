/** Everything that lives as long as the server: configuration, avatar, brain, conversations. */
import { join } from "node:path";
import { messagesFor } from "@/lib/chat/context.ts";
import { Hub } from "@/lib/chat/hub.ts";
import { SqliteStore } from "@/lib/chat/sqlite_store.ts";
import type { Store } from "@/lib/chat/store.ts";
import type { Brain } from "@/lib/chat/turn.ts";
import { appConfig, type ShownModel } from "@/lib/config/app_config.ts";
import { loadConfig, type LoadedConfig } from "@/lib/config/load.ts";
import type { Config } from "@/lib/config/schema.ts";
import { OllamaProvider } from "@/lib/llm/ollama.ts";
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
  const dataDir = join(root, config.server.dataDir);
  const staticDir = options.staticDir ?? join(Deno.build.standalone ? dataDir : PROGRAM, "static");
  await Deno.mkdir(dataDir, { recursive: true });
  const shown = await bringAvatar(loaded, staticDir);
  const hub = new Hub({
    brain: options.brain ?? openBrain(config),
    store: options.store ?? new SqliteStore(join(dataDir, "conversations.db")),
    limits: config.limits,
    classifier: config.emotions.classifier,
    request: (turns) => ({ model: config.llm.model, messages: messagesFor(turns, { budget: 4_000 }) }),
    status: () => ({
      provider: "ollama",
      model: config.llm.model,
      modelPresent: null,
      host: config.llm.host,
      reachable: true,
      away: false,
    }),
  });
  return { config, hub, staticDir, appConfig: () => appConfig(config, shown), close: () => hub.close() };
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

function openBrain({ llm, limits }: Config): Brain {
  const ollama = new OllamaProvider({
    host: llm.host,
    api: llm.api,
    firstByteMs: limits.firstByteSeconds * 1_000,
    idleMs: limits.idleSeconds * 1_000,
  });
  return {
    open: (request, { signal }) =>
      Promise.resolve({ provider: "ollama", model: request.model, events: ollama.generate(request, { signal }) }),
  };
}
