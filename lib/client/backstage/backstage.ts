/** Everything the page has beside the conversation: what is there, what can be changed, what can be brought. */
import { type Signal, signal } from "@preact/signals";
import type { CallClient } from "../calls.ts";
import { Chooser } from "./chooser.ts";
import type { Kind } from "./dropped.ts";
import { GuestLinkStore } from "./guest_link.ts";
import { PreflightStore } from "./preflight.ts";
import { Puller } from "./pull.ts";
import { SettingsStore } from "./settings.ts";
import { sendParcel, UploadStore } from "./uploads.ts";
import type { AvatarChoice, CharacterChoice } from "@/lib/protocol/calls.ts";

export const SECTIONS = ["language", "character", "avatar", "appearance", "server"] as const;

/** A part of the settings. */
export type Section = typeof SECTIONS[number];

export class Backstage {
  /** The part of the settings that is open; null when they are closed. */
  readonly open: Signal<Section | null> = signal<Section | null>(null);
  readonly preflight: PreflightStore;
  readonly puller: Puller;
  readonly settings: SettingsStore;
  readonly avatars: Chooser<AvatarChoice>;
  readonly characters: Chooser<CharacterChoice>;
  readonly uploads: UploadStore;
  readonly guestLink: GuestLinkStore;

  constructor(calls: CallClient) {
    const call: CallClient["call"] = (method, params, options) => calls.call(method, params, options);
    this.preflight = new PreflightStore(call);
    this.puller = new Puller({ call, now: () => performance.now() });
    this.settings = new SettingsStore(call);
    this.avatars = new Chooser(() => call("avatars.list", {}), (name) => call("avatars.choose", { name }));
    this.characters = new Chooser(() => call("characters.list", {}), (name) => call("characters.choose", { name }));
    this.guestLink = new GuestLinkStore(call);
    this.uploads = new UploadStore(sendParcel, (kind) => void this.#chooserOf(kind).read());
  }

  /** Brings a language model, and looks again at what is there. */
  async pull(model: string): Promise<void> {
    if (await this.puller.start(model)) await this.preflight.look();
  }

  /** Forgets what was said of changes: the settings are closed. */
  settle(): void {
    this.settings.settle();
    this.avatars.settle();
    this.characters.settle();
  }

  /** Stops what only this page wants. */
  dispose(): void {
    this.puller.cancel();
    this.uploads.dismiss();
  }

  #chooserOf(kind: Kind): Chooser<AvatarChoice> | Chooser<CharacterChoice> {
    return kind === "avatar" ? this.avatars : this.characters;
  }
}
