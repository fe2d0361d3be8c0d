import { isDeepStrictEqual } from "node:util";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import { type Config, configSchema } from "./schema.ts";

/** The model that is really shown, which may be the default one in place of the configured one. */
export interface ShownModel {
  name: string;
  /** Path of its entry file on the server, such as `/model/mao_pro.model3.json`. */
  entry: string;
  /** 1 is real time. */
  timeScale: number;
  /** Where a running server has its entry file for good, such as `/avatars/<hash>/mao_pro.model3.json`. */
  url?: string;
}

/**
 * What `/app-config.json` says: the sync writes it, and the running server answers with it. Beside the Python
 * predecessor's fields it has only the avatar's own address, and what the configuration sets otherwise than by default.
 */
export function appConfig(config: Config, model: ShownModel): AppConfig {
  const { host, port, basePath } = config.server;
  const emotions = config.models[model.name]?.emotions;
  const defaults = configSchema.parse({});
  return {
    model: model.name,
    entry: basePath + model.entry,
    timeScale: model.timeScale,
    ...(model.url !== undefined && { avatarUrl: basePath + model.url }),
    llm: { backendWsUrl: `ws://${visitable(host)}:${port}${basePath}${config.llm.wsPath}` },
    ...(emotions !== undefined && { emotions }),
    ...(!isDeepStrictEqual(config.avatar, defaults.avatar) && { avatar: config.avatar }),
    ...(!isDeepStrictEqual(voiceOf(config), voiceOf(defaults)) && { voice: voiceOf(config) }),
    ...(!isDeepStrictEqual(hearingOf(config), hearingOf(defaults)) && { hearing: hearingOf(config) }),
    ...(!isDeepStrictEqual(config.ui, defaults.ui) && { ui: config.ui }),
  };
}

/** What the page has to know of the voice. */
function voiceOf({ voice: { engine, volume } }: Config): { engine: string; volume: number } {
  return { engine, volume };
}

/** What the page has to know of the ears. */
function hearingOf({ hearing: { engine, mode, bargeIn } }: Config): AppConfig["hearing"] & object {
  return { engine, mode, bargeIn };
}

/** A server that listens everywhere is found at its loopback address. */
function visitable(host: string): string {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare === "0.0.0.0") return "127.0.0.1";
  if (bare === "::") return "[::1]";
  return bare.includes(":") ? `[${bare}]` : bare;
}
