/** The configuration of the running server, and everything that follows when it changes. */
import { isDeepStrictEqual } from "node:util";
import type { ModelService } from "./model_service.ts";
import { type AvatarLibrary, needsOtherAvatar } from "@/lib/avatars/avatar_library.ts";
import type { ReadBudget } from "@/lib/avatars/read_budget.ts";
import { appConfig } from "@/lib/config/app_config.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";
import type { Config } from "@/lib/config/schema.ts";
import { refuseMovedSecrets } from "@/lib/config/settings.ts";
import type { Change } from "@/lib/config/write.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { BroadcastFrame } from "@/lib/protocol/v2.ts";
import { setLogLevel } from "@/lib/telemetry/log.ts";

export interface SettingsServiceOptions {
  live: LiveConfig;
  avatars: AvatarLibrary;
  modelService: ModelService;
  /** Tells every page what has changed for it. */
  broadcast(frame: BroadcastFrame): void;
  /** Closes the sockets of those who may not come in any more. */
  closeGuests(): void;
  /** Called when the file has been changed from here. Default: nobody else has it. */
  onWritten?(): void;
}

export class SettingsService {
  /** The file, and what holds now. */
  readonly live: LiveConfig;
  readonly #options: SettingsServiceOptions;

  constructor(options: SettingsServiceOptions) {
    this.live = options.live;
    this.#options = options;
  }

  /** What pages are told of the configuration, with the avatar that is shown. */
  appConfig(config: Config = this.live.current): AppConfig {
    return appConfig(config, this.#options.avatars.shown(config));
  }

  /**
   * Changes fields of the configuration, in its file and at once, or none of them where anything is wrong.
   *
   * @param budget what may still be read of an avatar that has just been uploaded
   * @throws {ConfigError} naming the value that is wrong
   * @throws {ModelError} when the avatar that would be shown then cannot be
   */
  async change(changes: readonly Change[], budget?: ReadBudget): Promise<void> {
    await this.#change(changes, budget);
    this.#options.onWritten?.();
  }

  /**
   * Takes up what another process has written into the file.
   *
   * @throws as {@linkcode change}
   */
  reload(): Promise<void> {
    return this.#change([]);
  }

  async #change(changes: readonly Change[], budget?: ReadBudget): Promise<void> {
    const { avatars, modelService, broadcast, closeGuests } = this.#options;
    // Who names the avatar means it, even if it is the configured one: its files may not have been there at the start.
    const named = changes.some(({ path: [first] }) => first === "model");
    let shown = false;
    await this.live.change(changes, {
      prepare: async (next, before) => {
        refuseMovedSecrets(changes, next, before);
        shown = named || needsOtherAvatar(next, before);
        if (shown) await avatars.show(next, budget);
      },
      apply: async (next, before) => {
        setLogLevel(next.log.level);
        if (next.guests.access !== before.guests.access && next.guests.access !== "open") closeGuests();
        const previous = modelService.character();
        await modelService.change(next);
        const character = modelService.character();
        if (!isDeepStrictEqual(previous, character)) {
          broadcast({ type: "character", ...(character && { character }) });
        }
        const config = this.appConfig(next);
        const changed = !isDeepStrictEqual(config, this.appConfig(before));
        if (shown || changed) broadcast({ type: "avatar", config });
      },
    });
  }
}
