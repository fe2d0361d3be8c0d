/** Everything the page has beside the conversation: what is there, what can be changed, what can be brought. */
import { type Signal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/calls.ts";
import { AvatarReview } from "./avatar_review.ts";
import { ChoiceStore } from "./choice_store.ts";
import type { Kind } from "./dropped.ts";
import { GuestLinkStore } from "./guest_link.ts";
import { PreflightStore } from "./preflight_store.ts";
import { PullStore } from "./pull_store.ts";
import { SettingsStore } from "./settings_store.ts";
import { sendParcel, UploadStore } from "./upload_store.ts";
import type { AvatarChoice, CharacterChoice } from "@/lib/protocol/calls.ts";

export const SECTIONS = ["language", "character", "avatar", "appearance", "server"] as const;

/** A part of the settings. */
export type Section = typeof SECTIONS[number];

export class SettingsStores {
  /** The part of the settings that is open; null when they are closed. */
  readonly open: Signal<Section | null> = signal<Section | null>(null);
  readonly preflight: PreflightStore;
  readonly puller: PullStore;
  readonly settings: SettingsStore;
  readonly avatars: ChoiceStore<AvatarChoice>;
  readonly characters: ChoiceStore<CharacterChoice>;
  readonly uploads: UploadStore;
  readonly guestLink: GuestLinkStore;
  readonly review: AvatarReview;

  constructor(calls: CallClient) {
    const call: CallClient["call"] = (method, params, options) => calls.call(method, params, options);
    this.preflight = new PreflightStore(call);
    this.puller = new PullStore({ call, now: () => performance.now() });
    this.settings = new SettingsStore(call);
    this.avatars = new ChoiceStore(() => call("avatars.list", {}), (name) => call("avatars.choose", { name }));
    this.characters = new ChoiceStore(() => call("characters.list", {}), (name) => call("characters.choose", { name }));
    this.review = new AvatarReview(call);
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

  #chooserOf(kind: Kind): ChoiceStore<AvatarChoice> | ChoiceStore<CharacterChoice> {
    return kind === "avatar" ? this.avatars : this.characters;
  }
}
