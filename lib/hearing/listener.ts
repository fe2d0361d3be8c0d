import type { Detection, VoiceDetector } from "./detector.ts";
import { HearingError, type RecognitionEngine } from "./engine.ts";
import { SoundBuffer } from "./sound_buffer.ts";
import type { SpokenPrompts } from "./spoken_prompts.ts";
import { StreamGuard } from "./stream_guard.ts";
import { Utterance } from "./utterance.ts";
import {
  type HearingMode,
  type HearingServerFrame,
  MICROPHONE_RATE,
  type MicrophoneSound,
} from "@/lib/protocol/hearing.ts";

/** Sound from before a voice is noticed that is understood with it, in samples: without it first letters are lost. */
const BEFORE = 0.8 * MICROPHONE_RATE;
/** How far behind the detector may be, in samples. */
const MOST_BEHIND = 60 * MICROPHONE_RATE;
/** How long a pause ends a turn, in samples. */
const SILENCE = 0.6 * MICROPHONE_RATE;
/** How long a page may send nothing, ms. */
const IDLE_MS = 60_000;
/** So many utterances may wait to be understood. */
const MOST_WAITING = 4;
/** What is quieter than that all the time is silence, where there is no detector. */
const QUIET = 300;

export interface ListenerOptions {
  stream: number;
  mode: HearingMode;
  engine: RecognitionEngine;
  language?: string | undefined;
  prompts: SpokenPrompts;
  /** How long a pause may be: 1 is usual. */
  patience(): number;
  send(frame: HearingServerFrame): void;
  /** An utterance could not be understood; the stream goes on. */
  onTrouble(error: unknown): void;
  /** The stream has ended by itself, and why. */
  onFailure(error: HearingError): void;
}

/** Listens to one stream of a microphone: finds what is said in it, has that understood, and asks it. */
export class Listener implements Disposable {
  readonly #options: ListenerOptions;
  readonly #guard = new StreamGuard();
  readonly #sound = new SoundBuffer();
  readonly #waiting = new Set<Utterance>();
  readonly #asking = new Set<Promise<void>>();
  /** Settles once the detector has come to its end. */
  readonly #looking = Promise.withResolvers<void>();
  #detection: Detection | undefined;
  #utterance: { said: Utterance; began: number } | undefined;
  /** Where the last voice has ended; undefined while somebody speaks. */
  #silentSince: number | undefined = 0;
  /** All samples before that one have been looked at. */
  #looked = 0;
  /** Up to there the sound has been understood already. */
  #taken = 0;
  #loudest = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#watch();
  }

  /**
   * @param detector finds voices; without one only what is said while a key is held can be understood
   * @throws {HearingError} where it has to be there and is not
   */
  static async open(options: ListenerOptions, detector: VoiceDetector): Promise<Listener> {
    const listener = new Listener(options);
    options.engine.prepare?.();
    listener.#detection = await detector.open({
      onActivity: (speaking, position) => listener.#hear(speaking, position),
      onProgress: (position) => {
        listener.#looked = position;
        listener.#sound.forget(position - BEFORE);
        listener.#endTurn();
      },
      onEnd: () => listener.#finish(),
      onFailure: (why) => listener.#fail(`Voices cannot be found in the microphone's sound: ${why}`),
    });
    if (listener.#detection === undefined) {
      if (options.mode !== "hold") {
        listener[Symbol.dispose]();
        throw new HearingError(await detector.needs() ?? "The voice detector is missing");
      }
      listener.#begin(0);
    }
    return listener;
  }

  /** Takes sound. What is wrong with it ends the stream. */
  take(sound: MicrophoneSound): void {
    if (this.#ended) return;
    this.#watch();
    try {
      const samples = this.#guard.accept(sound);
      if (samples.length === 0) return;
      if (this.#detection !== undefined) this.#sound.push(samples);
      if (this.#detection === undefined) {
        this.#loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), this.#loudest);
      } else if (this.#sound.end - this.#looked > MOST_BEHIND) {
        throw new HearingError("This machine is too slow to listen: the sound comes faster than it is looked at");
      }
      this.#detection?.push(samples);
      this.#utterance?.said.push(samples);
    } catch (error) {
      if (!(error instanceof HearingError)) throw error;
      this.#fail(error.message);
    }
  }

  /** The page sends nothing more: what is being said ends with it. Resolves when all of it has been asked. */
  async end(): Promise<void> {
    if (!this.#ended && this.#detection !== undefined) {
      // What it has not looked at yet may be somebody's words.
      this.#detection.finish();
      await this.#looking.promise;
    } else {
      this.#finish();
    }
    await Promise.all(this.#asking);
  }

  /** Nobody wants to know any more what is said. */
  [Symbol.dispose](): void {
    this.#close();
    for (const said of this.#waiting) said[Symbol.dispose]();
    this.#waiting.clear();
  }

  /** Somebody has begun or ended to speak. */
  #hear(speaking: boolean, position: number): void {
    const { stream, send } = this.#options;
    send({ type: "activity", stream, speaking, position });
    if (speaking) return this.#begin(position);
    this.#silentSince = position;
    this.#utterance?.said.pause();
    this.#taken = this.#sound.end;
  }

  #begin(position: number): void {
    const { engine, language, prompts } = this.#options;
    this.#silentSince = undefined;
    if (this.#utterance === undefined) {
      const said: Utterance = new Utterance({
        engine,
        language,
        onChange: () => {
          if (this.#utterance?.said !== said) return;
          if (said.text !== "") prompts.grow(said.id, said.text);
          this.#endTurn();
        },
      });
      this.#utterance = { said, began: performance.now() };
    }
    const { said } = this.#utterance;
    said.begin();
    const before = this.#sound.from(Math.max(this.#taken, position - BEFORE));
    if (before.length > 0) said.push(before);
  }

  /** Asks what was said, once it has been quiet for long enough. */
  #endTurn(): void {
    const { mode, patience } = this.#options;
    if (mode === "hold" || this.#silentSince === undefined) return;
    if (this.#looked - this.#silentSince >= SILENCE * patience()) this.#ask();
  }

  #ask(): void {
    const utterance = this.#utterance;
    this.#utterance = undefined;
    if (utterance === undefined) return;
    const { said, began } = utterance;
    const { prompts, send, onTrouble } = this.#options;
    if (this.#waiting.size >= MOST_WAITING) {
      said[Symbol.dispose]();
      return onTrouble(new HearingError("What was said is lost: what was said before has not been understood yet"));
    }
    this.#waiting.add(said);
    const ask = async () => {
      try {
        const text = await said.finish();
        if (this.#waiting.has(said)) await prompts.end(said.id, text, began);
      } catch (error) {
        if (!this.#waiting.has(said)) return;
        send({ type: "transcript", id: said.id, text: "", final: true });
        onTrouble(error);
      } finally {
        this.#waiting.delete(said);
        said[Symbol.dispose]();
      }
    };
    const asked = ask().finally(() => this.#asking.delete(asked));
    this.#asking.add(asked);
  }

  /** All of the sound has been looked at. */
  #finish(): void {
    if (this.#ended) return;
    if (this.#detection !== undefined || this.#loudest > QUIET) this.#ask();
    this.#close();
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this.#close();
    this.#options.onFailure(new HearingError(why));
  }

  #close(): void {
    this.#ended = true;
    this.#looking.resolve();
    clearTimeout(this.#idle);
    this.#detection?.[Symbol.dispose]();
    this.#utterance?.said[Symbol.dispose]();
    this.#utterance = undefined;
  }

  #watch(): void {
    clearTimeout(this.#idle);
    const seconds = IDLE_MS / 1_000;
    this.#idle = setTimeout(() => this.#fail(`Nothing came from the microphone for ${seconds} s`), IDLE_MS);
  }
}
