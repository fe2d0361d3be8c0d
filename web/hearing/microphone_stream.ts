/** A stream of the microphone's sound to the server, from its `listen` to its `unlisten`. */
import { encodeMicrophone, type HearingMode, type PlayedSound } from "@/lib/protocol/hearing.ts";
import type { ClientFrame } from "@/lib/protocol/v2.ts";
import type { SoundFrame } from "./sound_frames.ts";

export interface StreamLine {
  /** Sends a frame where there is a connection. False: it was not sent. */
  send(frame: ClientFrame): boolean;
  /** False where it could not go out at once. */
  sendSound(frame: Uint8Array<ArrayBuffer>): boolean;
}

export interface StreamOptions {
  /** New on this socket. */
  stream: number;
  mode: HearingMode;
  trial: boolean;
  /** The sample that is being heard now, since the microphone was opened. */
  microphone: { readonly position: number };
}

export class MicrophoneStream {
  readonly number: number;
  readonly #line: StreamLine;
  readonly #microphone: StreamOptions["microphone"];
  /** The microphone's sample with which it began. */
  readonly #base: number;

  private constructor(line: StreamLine, { stream, microphone }: StreamOptions) {
    this.number = stream;
    this.#line = line;
    this.#microphone = microphone;
    this.#base = microphone.position;
  }

  /** Begins one; null without a line to the server. */
  static begin(line: StreamLine, options: StreamOptions): MicrophoneStream | null {
    const { stream, mode, trial } = options;
    if (!line.send({ type: "listen", stream, mode, ...(trial && { trial }) })) return null;
    return new MicrophoneStream(line, options);
  }

  /** Sends what has been heard since it began. */
  push({ position, samples }: SoundFrame): void {
    if (position < this.#base) return;
    this.#line.sendSound(encodeMicrophone({ stream: this.number, position: position - this.#base, samples }));
  }

  /** Tells what the loudspeaker gives out from now on. */
  tellPlayback(sound: PlayedSound | null): void {
    const position = Math.max(0, this.#microphone.position - this.#base);
    this.#line.send({ type: "playback", stream: this.number, position, ...sound });
  }

  end(): void {
    this.#line.send({ type: "unlisten", stream: this.number });
  }
}
