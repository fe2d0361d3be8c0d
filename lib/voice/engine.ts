/** Who turns text into sound: one interface for every engine. */
import type { Viseme } from "@/lib/protocol/speech.ts";

/** A voice of an engine. */
export interface Voice {
  /** As the configuration names it. */
  id: string;
  /** For people. */
  name: string;
  /** Languages that it speaks (BCP 47, such as `en` or `ja`); empty where it takes any. */
  languages: readonly string[];
}

/** What is to be said, and how. */
export interface SpeechRequest {
  /** One sentence, without anything that only the eye needs. */
  text: string;
  /** Such as `en` (BCP 47). */
  language: string;
  /** Id of a voice; the engine's first one for the language when absent. */
  voice?: string;
  /** 1 is usual. */
  rate: number;
  /** 1 is usual. */
  pitch: number;
}

/** A part of a sound, as it is made. */
export interface SoundPart {
  /** One channel, 16 bit. */
  samples: Int16Array<ArrayBuffer>;
  /** Samples a second, the same in all parts of a sound. */
  sampleRate: number;
}

/** A sound that is being made. */
export interface Synthesis {
  /** Its parts in their order. Throws {@linkcode VoiceError}. */
  parts: AsyncIterable<SoundPart>;
  /** How the mouth moves with it, on the sound's own clock, where the engine knows that before the first part is out. */
  visemes?: readonly Viseme[];
  /** How long it lasts, in milliseconds, where that is known before the first part is out. */
  ms?: number;
}

export interface VoiceEngine {
  /** As the configuration names it. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** True when what is said leaves this machine and the network that it is in. */
  readonly away: boolean;
  /** Host of the server that what is said goes to; absent where it stays on this machine. */
  readonly host?: string;
  /** False where something is missing that it cannot speak without. */
  readonly ready?: boolean;
  /** What is missing before it can speak, in one sentence with what to do; undefined when nothing is. */
  needs(): Promise<string | undefined>;
  voices(): Promise<readonly Voice[]>;
  /** Whether it can say a text in this language. */
  speaks(language: string): boolean;
  /** Starts what takes its time, so that the first sentence does not wait for it. May be called again. */
  prepare?(request: Pick<SpeechRequest, "language" | "voice">): void;
  /**
   * Begins a sound. Resolves once its first part is on its way, or all of it is made.
   *
   * @throws {VoiceError} saying why nothing can be heard
   * @throws the reason of `signal`
   */
  synthesise(request: SpeechRequest, options: { signal: AbortSignal }): Promise<Synthesis>;
  /** Frees workers and memory. */
  [Symbol.dispose](): void;
}

/** Why a sentence cannot be heard; its message is shown to the reader. */
export class VoiceError extends Error {
  override readonly name = "VoiceError";
}

/** The parts of a sound that is made at once. */
export async function* once(sound: SoundPart): AsyncGenerator<SoundPart> {
  yield sound;
}
