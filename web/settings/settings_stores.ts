/** The stores behind the settings dialog, the notice about the language model and uploads. */
import { type Signal, signal } from "@preact/signals";
import type { SettingsSection } from "@/lib/i18n/types/settings.ts";
import type { CallClient } from "@/web/connection/call_client.ts";
import { AvatarReview } from "./avatar_review.ts";
import { ChoiceStore } from "./choice_store.ts";
import type { UploadKind } from "@/lib/protocol/uploads.ts";
import { GuestLinkStore } from "./guest_link_store.ts";
import { PreflightStore } from "./preflight_store.ts";
import { PullStore } from "./pull_store.ts";
import { SettingsStore } from "./settings_store.ts";
import { sendFiles, UploadStore } from "./upload_store.ts";
import { SpeechModelsStore } from "./speech_models_store.ts";
import { EnginesStore } from "./engines_store.ts";
import type { AvatarChoice, CharacterChoice, RecogniserInfo, VoiceEngineInfo } from "@/lib/protocol/calls.ts";
import type { SpeechModelKind } from "@/lib/protocol/speech_models.ts";

/** The parts of the settings, in the order of their tabs. */
export const SECTIONS: readonly SettingsSection[] = [
  "language",
  "character",
  "hearing",
  "avatar",
  "appearance",
  "server",
];

export class SettingsStores {
  /** The part of the settings that is open; null when they are closed. */
  readonly openSection: Signal<SettingsSection | null> = signal<SettingsSection | null>(null);
  readonly preflight: PreflightStore;
  readonly pulls: PullStore;
  readonly settings: SettingsStore;
  readonly avatars: ChoiceStore<AvatarChoice>;
  readonly characters: ChoiceStore<CharacterChoice>;
  readonly uploads: UploadStore;
  readonly guestLink: GuestLinkStore;
  readonly review: AvatarReview;
  readonly voiceEngines: EnginesStore<VoiceEngineInfo>;
  readonly voiceModels: SpeechModelsStore;
  readonly recogniserEngines: EnginesStore<RecogniserInfo>;
  readonly recognisers: SpeechModelsStore;
  readonly wakeWords: SpeechModelsStore;
  readonly detectors: SpeechModelsStore;
  readonly #call: CallClient["call"];

  constructor(calls: CallClient) {
    const call: CallClient["call"] = this.#call = (method, params, options) => calls.call(method, params, options);
    this.preflight = new PreflightStore(call);
    this.pulls = new PullStore({ call, now: () => performance.now() });
    this.settings = new SettingsStore(call);
    this.avatars = new ChoiceStore(() => call("avatars.list", {}), (name) => call("avatars.choose", { name }));
    this.characters = new ChoiceStore(() => call("characters.list", {}), (name) => {
      this.uploads.outdate("character");
      return call("characters.choose", { name });
    });
    this.review = new AvatarReview(call);
    this.guestLink = new GuestLinkStore(call);
    this.voiceEngines = new EnginesStore(() => call("voices.list", {}));
    this.recogniserEngines = new EnginesStore(() => call("recognisers.list", {}));
    const modelsOf = (kind: SpeechModelKind, ...concerned: { read(): Promise<void> }[]) => {
      const onChange = () => concerned.forEach((store) => void store.read());
      return new SpeechModelsStore({ kind, call, now: () => performance.now(), onChange });
    };
    this.voiceModels = modelsOf("voice", this.voiceEngines);
    this.detectors = modelsOf("detector", this.recogniserEngines);
    // A detector comes with the first recogniser.
    this.recognisers = modelsOf("recogniser", this.recogniserEngines, this.detectors);
    this.wakeWords = modelsOf("wake", this.detectors);
    this.uploads = new UploadStore(sendFiles, (kind) => void this.#choicesOf(kind).read());
  }

  /** Has the server download a language model, then checks again what is there. */
  async pull(model: string): Promise<void> {
    if (await this.pulls.start(model)) await this.preflight.check();
  }

  /**
   * Has the server keep a key for the language model's one, or forget it, then checks again what is there.
   *
   * @throws {CallError} when it cannot be one
   */
  async setKey(key: string | null): Promise<void> {
    await this.#call("llm.setKey", { key });
    await this.preflight.check();
  }

  /** Where the entry file of an avatar is, for a look at it; null where the server cannot tell. */
  async previewOf(avatar: string): Promise<string | null> {
    try {
      return (await this.#call("avatars.preview", { name: avatar })).url;
    } catch {
      // A list is readable without pictures.
      return null;
    }
  }

  /** Clears the results of changes: the dialog is closed. */
  clearResults(): void {
    this.settings.clearChanges();
    this.avatars.clearError();
    this.characters.clearError();
  }

  /** Cancels the download and the upload that this page has started. */
  dispose(): void {
    this.pulls.cancel();
    this.uploads.dismiss();
    this.voiceModels.dispose();
    this.recognisers.dispose();
    this.wakeWords.dispose();
    this.detectors.dispose();
  }

  #choicesOf(kind: UploadKind): ChoiceStore<AvatarChoice> | ChoiceStore<CharacterChoice> {
    return kind === "avatar" ? this.avatars : this.characters;
  }
}
