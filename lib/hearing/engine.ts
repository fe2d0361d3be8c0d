/** Who understands what is said: one interface for every engine. */

/** What is said from one pause to the next, while it is being understood. */
export interface Recognition extends Disposable {
  /** What comes next: 16 bit, one channel, 16 kHz. */
  push(samples: Int16Array<ArrayBuffer>): void;
  /**
   * Nothing more will come: what was said, or nothing where it was no speech.
   *
   * @throws {HearingError} saying why it was not understood
   */
  finish(): Promise<string>;
}

export interface RecognitionRequest {
  /** What is spoken (BCP 47), where that is known. */
  language?: string | undefined;
  /** Given all that is understood so far, whenever that has changed; never called where the engine waits for the end. */
  onPartial(text: string): void;
}

export interface RecognitionEngine extends Disposable {
  /** As the configuration names it. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** True when the sound leaves this machine and the network that it is in. */
  readonly away: boolean;
  /** Host of the server that the sound goes to; absent where it stays on this machine. */
  readonly host?: string;
  /** False where something is missing that it cannot hear without, as far as was seen when it was asked last. */
  readonly ready: boolean;
  /** True where it tells words while they are being said. */
  readonly streaming: boolean;
  /** Languages that it understands (BCP 47); empty where it takes any. */
  readonly languages: readonly string[];
  /** What is missing before it can hear, in one sentence with what to do; undefined when nothing is. */
  needs(): Promise<string | undefined>;
  /** Starts what takes its time, so that the first words do not wait for it. May be called again. */
  prepare?(): void;
  /** Begins to understand. What fails is told by {@linkcode Recognition.finish}. */
  open(request: RecognitionRequest): Recognition;
}

/** Why something cannot be heard or understood; its message is shown to the reader. */
export class HearingError extends Error {
  override readonly name = "HearingError";
}
