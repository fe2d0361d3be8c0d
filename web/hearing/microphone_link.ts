/** The ears' side of the page that is always there: it loads the rest with the first press. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { TalkKey } from "@/lib/i18n/types/hearing.ts";
import type { PlayedSound } from "@/lib/protocol/hearing.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { PageStorage } from "@/web/browser/storage.ts";
import type { MicrophoneStore } from "./microphone_store.ts";
import type { MicrophoneWishes, OpenOptions } from "./open_microphone_store.ts";
import { TALK_KEYS } from "./talk_key.ts";

export interface MicrophoneLinkOptions extends Pick<OpenOptions, "send" | "sendSound" | "interrupt"> {
  storage: PageStorage;
  /** The rest cannot be brought. */
  onFailed(): void;
}

export class MicrophoneLink {
  readonly #options: MicrophoneLinkOptions;
  readonly #store = signal<MicrophoneStore | null>(null);
  /** The device that the reader has chosen, as the browser names it; empty for the usual one. */
  readonly device: Signal<string>;
  /** The key that is held to talk. */
  readonly talkKey: Signal<TalkKey>;
  readonly #unfollow: (() => void)[];
  #wishes: MicrophoneWishes = { mode: "hold", language: "en" };
  #loading: Promise<MicrophoneStore> | null = null;
  #isDisposed = false;
  /** Whether a key or the button is pressed. */
  #isPressed = false;
  #sounding: PlayedSound | null = null;

  constructor(options: MicrophoneLinkOptions) {
    this.#options = options;
    const { storage } = options;
    this.device = signal(storage.microphone);
    this.talkKey = signal(TALK_KEYS.find((known) => known === storage.talkKey) ?? "space");
    this.#unfollow = [
      this.device.subscribe((device) => storage.microphone = device),
      this.talkKey.subscribe((key) => storage.talkKey = key),
    ];
  }

  /** The microphone, once it was wanted. */
  get store(): ReadonlySignal<MicrophoneStore | null> {
    return this.#store;
  }

  /** Takes up what is wanted; null: that nobody listens. */
  set(wishes: MicrophoneWishes | null): void {
    if (wishes === null) this.#store.peek()?.stop();
    else this.#wishes = wishes;
  }

  /** Listens until {@linkcode release}. */
  press(): void {
    this.#isPressed = true;
    this.#use((store) => this.#isPressed && store.press());
  }

  release(): void {
    this.#isPressed = false;
    this.#store.peek()?.release();
  }

  /** Begins to listen, or ends it. */
  toggle(): void {
    this.#use((store) => store.state.peek() === "off" ? void store.start() : store.stop());
  }

  /**
   * Brings the rest. To be called as soon as it may be wanted: browsers ask for a microphone soon after a press only.
   *
   * @throws {TypeError} without a line to the server
   */
  load(): Promise<MicrophoneStore> {
    return this.#loading ??= (async () => {
      try {
        const { openMicrophoneStore } = await import("./open_microphone_store.ts");
        const store = openMicrophoneStore({
          ...this.#options,
          wishes: () => this.#wishes,
          device: () => this.device.peek(),
        });
        if (this.#isDisposed) store.dispose();
        store.sounding(this.#sounding);
        return this.#store.value = store;
      } catch (error) {
        this.#loading = null;
        throw error;
      }
    })();
  }

  /** Takes in what the server says. Gives whether it was about the microphone alone. */
  receive(frame: ServerFrame): boolean {
    return this.#store.peek()?.receive(frame) ?? false;
  }

  connected(): void {
    this.#store.peek()?.connected();
  }

  disconnected(): void {
    this.#store.peek()?.disconnected();
  }

  /** The loudspeaker gives out something else from now on; null: nothing. */
  sounding(sound: PlayedSound | null): void {
    this.#sounding = sound;
    this.#store.peek()?.sounding(sound);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const stop of this.#unfollow) stop();
    this.#store.peek()?.dispose();
  }

  #use(action: (store: MicrophoneStore) => void): void {
    const store = this.#store.peek();
    if (store !== null) action(store);
    else this.load().then(action).catch(() => this.#options.onFailed());
  }
}
