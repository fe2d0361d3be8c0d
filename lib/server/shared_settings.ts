/** What is changed at one process takes effect at the others: they read anew the files that they share with it. */
import { digest } from "./http/token.ts";
import type { Secrets } from "./http/secrets.ts";
import type { ModelService } from "./model_service.ts";
import type { SettingsService } from "./settings_service.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

const SETTINGS = "settings";
const LINK = "guest-link";
const KEYS = "keys";

export interface SharedSettingsOptions {
  bus: Bus;
  secrets: Secrets;
  /** Asked once something is heard: it may be made after this. */
  settings(): SettingsService;
  /** Has the keys of language models' servers. */
  models: Pick<ModelService, "reloadKeys">;
  /** Closes the sockets of those who came by an earlier link. */
  closeGuests(): void;
}

export class SharedSettings {
  readonly #options: SharedSettingsOptions;

  /** Hears for as long as the bus is open. */
  constructor(options: SharedSettingsOptions) {
    this.#options = options;
    const { bus, settings, models } = options;
    const takeSettings = () => guarded("take up settings of another process", () => settings().reload());
    const takeLink = (told?: string) =>
      guarded("take up the link for guests of another process", () => this.#takeLink(told));
    const takeKeys = () => guarded("take up keys of another process", () => models.reloadKeys());
    bus.hear(SETTINGS, (_, from) => void (from !== bus.self && takeSettings()));
    bus.hear(LINK, (told, from) => void (from !== bus.self && takeLink(told)));
    bus.hear(KEYS, (_, from) => void (from !== bus.self && takeKeys()));
    bus.onConnection((connected) => {
      if (!connected) return;
      // Meanwhile nothing could be heard.
      takeSettings();
      takeLink();
      takeKeys();
    });
  }

  tellSettings(): void {
    this.#options.bus.announce(SETTINGS, "");
  }

  /** Tells that a key was kept or taken away, and not which. */
  tellKeys(): void {
    this.#options.bus.announce(KEYS, "");
  }

  /** Tells that there is another link, by its digest alone. */
  tellLink(): void {
    this.#options.bus.announce(LINK, this.#link);
  }

  /** The digest of the link's token; empty where there is no link. */
  get #link(): string {
    const { guestToken } = this.#options.secrets;
    return guestToken === undefined ? "" : digest(guestToken);
  }

  async #takeLink(told?: string): Promise<void> {
    const { secrets, closeGuests } = this.#options;
    const before = this.#link;
    if (before === told) return;
    try {
      await secrets.reload();
    } finally {
      // It may not have been stored, or the file is another one: what was taken back opens nothing all the same.
      if (told !== undefined && this.#link !== told) secrets.forgetGuestToken();
      if (this.#link !== before) closeGuests();
    }
  }
}
