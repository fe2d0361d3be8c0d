/** What is spoken in the conversation: the voice, the microphone, and how the reader interrupts the character. */
import { effect, untracked } from "@preact/signals";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { MicrophoneLink, type MicrophoneLinkOptions } from "@/web/hearing/microphone_link.ts";
import { taps } from "@/web/presence/presence.ts";
import { VoiceLink, type VoiceLinkOptions } from "@/web/voice/voice_link.ts";

export interface SpokenDialogueOptions
  extends Omit<VoiceLinkOptions, "onSounding" | "send">, Omit<MicrophoneLinkOptions, "storage" | "interrupt"> {
  /** The turn that is answered, or the next one to be. */
  current(): string | undefined;
  /** Ends what is said, and the answer that comes. */
  stop(): void;
}

export class SpokenDialogue {
  readonly voice: VoiceLink;
  readonly microphone: MicrophoneLink;
  readonly #options: SpokenDialogueOptions;
  readonly #unfollow: () => void;

  constructor(options: SpokenDialogueOptions) {
    this.#options = options;
    this.voice = new VoiceLink({ ...options, onSounding: (sound) => this.microphone.sounding(sound) });
    this.microphone = new MicrophoneLink({ ...options, interrupt: () => this.interrupt() });
    this.#unfollow = effect(() => {
      if (taps.value > 0) untracked(() => this.interrupt());
    });
  }

  /** Ends what the character says, if it speaks: the reader does something else. */
  interrupt(): void {
    if (this.voice.isAudible) this.#options.stop();
  }

  /** Takes what the server says of the microphone. False: the frame is about something else. */
  receive(frame: ServerFrame): boolean {
    if (this.microphone.receive(frame)) return true;
    if (frame.type !== "interruption") return false;
    this.#onInterruption(frame);
    return true;
  }

  dispose(): void {
    this.#unfollow();
    this.voice.dispose();
    this.microphone.dispose();
  }

  /** Somebody speaks while the character does. */
  #onInterruption({ turn, verdict }: ServerFrame & { type: "interruption" }): void {
    if (verdict !== "stop") return this.voice.lower(turn, verdict === "lower");
    // One that is over cannot be interrupted, and the next one has not been.
    const isSaid = this.voice.hearing.peek()?.turn === turn;
    if (isSaid || this.#options.current() === turn) this.#options.stop();
  }
}
