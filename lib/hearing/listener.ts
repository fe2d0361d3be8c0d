import type { Detection, VoiceDetector } from "./detector.ts";
import { HearingError } from "./engine.ts";
import type { ListeningEngine } from "./wake/called_engine.ts";
import { SoundBuffer } from "./sound_buffer.ts";
import type { SpokenPrompts } from "./spoken_prompts.ts";
import { StreamGuard } from "./stream_guard.ts";
import { BargeIn } from "./barge_in.ts";
import type { Playback } from "./loudspeaker.ts";
import { EndOfTurn } from "./turn_taking/turn_taking.ts";
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
/** How long nobody must speak for a piece to be over, in samples: shorter silences are within words. */
const BETWEEN_WORDS = 0.2 * MICROPHONE_RATE;
/** How long a pause ends what was no turn by itself, in samples: somebody has only breathed. */
const LONGEST_PAUSE = 2 * MICROPHONE_RATE;
/** Who speaks so long while she does not, in samples, speaks to her, whatever was said while she did. */
const ALONE = 0.3 * MICROPHONE_RATE;
/** How long a page may send nothing, ms. */
const IDLE_MS = 60_000;
/** So many utterances may wait to be understood. */
const MOST_WAITING = 4;
/** What is quieter than that all the time is silence, where there is no detector. */
const QUIET = 300;

export interface ListenerOptions {
  stream: number;
  mode: HearingMode;
  engine: ListeningEngine;
  language?: string | undefined;
  prompts: SpokenPrompts;
  /** How long a pause may be: 1 is usual. */
  patience(): number;
  /** Whether she is interrupted by who speaks while she does. Default: she is not. */
  bargeIn?(): boolean;
  send(frame: HearingServerFrame): void;
  /** An utterance could not be understood; the stream goes on. */
  onTrouble(error: unknown): void;
  /** The stream has ended by itself, and why. */
  onFailure(error: HearingError): void;
}

/** What is being said, and whether she said it herself. */
interface Heard {
  said: Utterance;
  /** When it began, by the clock, and in the stream. */
  began: number;
  position: number;
  /** Whether she spoke when it began. */
  beside: boolean;
  /** Samples of it in which she was silent. */
  alone: number;
  /** Whether she was stopped by it. */
  interrupts: boolean;
}

/** Listens to one stream of a microphone: finds what is said in it, has that understood, and asks it. */
export class Listener implements Disposable {
  readonly #options: ListenerOptions;
  readonly #guard = new StreamGuard();
  readonly #sound = new SoundBuffer();
  readonly #waiting = new Set<Utterance>();
  readonly #asking = new Set<Promise<void>>();
  readonly #turns = new EndOfTurn({ sampleRate: MICROPHONE_RATE });
  readonly #bargeIn: BargeIn;
  /** Settles once the detector has come to its end. */
  readonly #looking = Promise.withResolvers<void>();
  #detection: Detection | undefined;
  #utterance: Heard | undefined;
  /** Where the last word has ended. */
  #lastWord = 0;
  #speaking = false;
  /** True in a pause that may be the end. */
  #paused = false;
  /** All samples before that one have been looked at. */
  #looked = 0;
  /** Up to there the sound has been understood already. */
  #taken = 0;
  #loudest = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#bargeIn = new BargeIn({
      allowed: () => !options.prompts.trial && (options.bargeIn?.() ?? false),
      onVerdict: (turn, verdict) => options.send({ type: "interruption", turn, verdict }),
    });
    this.#watch();
  }

  /**
   * @param detector finds voices; without one only what is said while a key is held can be understood
   * @throws {HearingError} where it has to be there and is not
   */
  static async open(options: ListenerOptions, detector: Pick<VoiceDetector, "open" | "needs">): Promise<Listener> {
    const listener = new Listener(options);
    options.engine.prepare?.();
    listener.#detection = await detector.open({
      onWindow: (position, speech) => listener.#look(position, speech),
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
      if (this.#detection === undefined) {
        this.#loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), this.#loudest);
        return this.#utterance?.said.push(samples);
      }
      this.#sound.push(samples);
      if (this.#sound.end - this.#looked > MOST_BEHIND) {
        throw new HearingError("This machine is too slow to listen: the sound comes faster than it is looked at");
      }
      this.#detection.push(samples);
    } catch (error) {
      if (!(error instanceof HearingError)) throw error;
      this.#fail(error.message);
    }
  }

  /** What the loudspeaker beside the microphone gives out from now on. */
  playback(playback: Playback): void {
    this.#bargeIn.tell(playback);
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

  /** Looks at the sound up to a position, in which somebody speaks or not. */
  #look(position: number, speech: boolean): void {
    const heard = this.#sound.from(this.#looked, position);
    const began = this.#looked;
    this.#looked = position;
    if (speech) this.#lastWord = position;
    if (this.#speaking) this.#utterance?.said.push(heard);
    if (speech && !this.#speaking) this.#begin(began);
    else if (this.#speaking && position - this.#lastWord >= BETWEEN_WORDS) this.#pause();
    this.#sound.forget(position - BEFORE);
    if (this.#options.mode === "hold" || heard.length === 0) return;
    const samples = Float32Array.from(heard, (sample) => sample / 32_768);
    this.#judgeVoice(samples, began, speech);
    this.#follow(samples, speech);
  }

  /** Finds out whether she is interrupted. */
  #judgeVoice(samples: Float32Array, began: number, speech: boolean): void {
    const utterance = this.#utterance;
    if (utterance !== undefined && speech && !this.#bargeIn.isHeardAt(this.#looked)) utterance.alone += samples.length;
    this.#onStopped(this.#bargeIn.frame(samples, began, speech));
  }

  /** She was stopped by who began to speak there; undefined: she was not. */
  #onStopped(since: number | undefined): void {
    if (since === undefined) return;
    if (this.#utterance === undefined || this.#utterance.position < since - BEFORE) {
      // What was heard before is her own voice.
      this.#forgetUtterance();
      this.#begin(since);
    }
    if (this.#utterance !== undefined) this.#utterance.interrupts = true;
  }

  #forgetUtterance(): void {
    this.#utterance?.said[Symbol.dispose]();
    this.#utterance = undefined;
    this.#taken = 0;
    this.#turns.reset();
  }

  /** Whether what is being said is for her, and not her own voice or said beside it. */
  get #isForHer(): boolean {
    const { beside = true, interrupts = false, alone = 0 } = this.#utterance ?? {};
    return this.#options.mode === "hold" || !beside || interrupts || alone >= ALONE;
  }

  /** Follows the turn of whoever speaks. */
  #follow(samples: Float32Array, speech: boolean): void {
    this.#turns.patience = this.#options.patience();
    const event = this.#turns.frame(samples, speech);
    if (event === "end" || this.#looked - this.#lastWord >= LONGEST_PAUSE * this.#turns.patience) return this.#ask();
    if (event === "resume") {
      this.#paused = false;
      this.#options.prompts.drop();
    } else if (event === "pause") {
      this.#paused = true;
      this.#guess();
    }
  }

  /** Has the answer begun to what is understood, where nothing more of it is being understood. */
  #guess(): void {
    const { said } = this.#utterance ?? {};
    if (this.#paused && said !== undefined && this.#isForHer && (said.settled || this.#options.engine.streaming)) {
      this.#options.prompts.guess(said.id, said.text);
    }
  }

  #begin(position: number): void {
    const { stream, engine, language, prompts, send } = this.#options;
    this.#speaking = true;
    if (this.#detection !== undefined) send({ type: "activity", stream, speaking: true, position });
    if (this.#utterance === undefined) {
      const said: Utterance = new Utterance({
        engine,
        language,
        onChange: () => {
          if (this.#utterance?.said !== said || said.text === "") return;
          this.#hearWords(said.text);
          if (!this.#isForHer) return;
          prompts.grow(said.id, said.text);
          this.#turns.words(said.text);
          this.#guess();
        },
      });
      const beside = this.#bargeIn.explains(position);
      this.#utterance = { said, began: performance.now(), position, beside, alone: 0, interrupts: false };
    }
    const { said } = this.#utterance;
    said.begin();
    const before = this.#sound.from(Math.max(this.#taken, position - BEFORE), this.#looked);
    if (before.length > 0) said.push(before);
  }

  /** Words of somebody who speaks while she does may be worth stopping for. */
  #hearWords(text: string): void {
    const { position } = this.#utterance ?? {};
    if (position !== undefined) this.#onStopped(this.#wordsStop(text, position));
  }

  /** Where the voice began that has her stopped by its words, if it does; it began to be heard at `began`. */
  #wordsStop(text: string, began: number): number | undefined {
    return this.#bargeIn.words(text, { began, now: this.#looked, early: BEFORE });
  }

  #pause(): void {
    const { stream, send } = this.#options;
    this.#speaking = false;
    send({ type: "activity", stream, speaking: false, position: this.#lastWord });
    this.#utterance?.said.pause();
    this.#taken = this.#looked;
  }

  #ask(): void {
    const utterance = this.#utterance;
    const isForHer = this.#isForHer;
    this.#utterance = undefined;
    this.#paused = false;
    this.#turns.reset();
    if (utterance === undefined) return;
    // A voice that only became soft is not taken twice.
    if (this.#speaking && this.#detection !== undefined) this.#pause();
    const { said, began, position } = utterance;
    if (!isForHer && !this.#bargeIn.isUnknownAt(this.#looked)) return said[Symbol.dispose]();
    const { prompts, send, onTrouble } = this.#options;
    if (this.#waiting.size >= MOST_WAITING) {
      said[Symbol.dispose]();
      return onTrouble(new HearingError("What was said is lost: what was said before has not been understood yet"));
    }
    this.#waiting.add(said);
    const ask = async () => {
      try {
        const text = await said.finish();
        if (!this.#waiting.has(said)) return;
        // Where nobody can tell whose voice it was, its words do.
        if (isForHer || this.#wordsStop(text, position) !== undefined) await prompts.end(said.id, text, began);
      } catch (error) {
        if (!this.#waiting.has(said) || !isForHer) return;
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
    // Less than the detector looks at at once.
    this.#utterance?.said.push(this.#sound.from(this.#looked));
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
