/** Has sentences made into sounds: what is asked for twice is made once, and whoever makes it is watched. */
import { type SoundPart, type SpeechRequest, type Synthesis, type VoiceEngine, VoiceError } from "./engine.ts";
import { Sound } from "./sound.ts";
import type { SoundStore } from "./sound_store.ts";
import { MOUTH_SHAPES, type Viseme } from "@/lib/protocol/speech.ts";
import { FairQueue } from "@/lib/fair_queue.ts";
import { guarded, report } from "@/lib/telemetry/guard.ts";
import { abortable } from "@/lib/waiting.ts";

/** Sentences that are made at once: more would only make each of them late. */
const MOST_AT_ONCE = 2;
/** How long a first part or a further one may take, ms: a neural voice is loaded meanwhile. */
const PATIENCE_MS = 20_000;

export interface SynthesiserOptions {
  sounds: SoundStore;
  mostAtOnce?: number;
  patienceMs?: number;
}

/** For whom a sound is made. */
export interface SoundFor {
  /** Id of the conversation. */
  conversation: string;
  /** The principal that the conversation belongs to, by id. */
  owner: string;
  /** What it is first made for: see {@linkcode SoundStore.freeSpeech}. Default: it is held for whoever asks. */
  speech?: symbol;
  /** Aborted when nobody wants it any more. */
  signal: AbortSignal;
}

/** A sound of which something can be heard. */
export interface Spoken {
  sound: Sound;
  /** Resolves once all of it is made; with why it broke off, where it did. */
  made: Promise<VoiceError | undefined>;
}

interface Making extends Spoken {
  asked: string;
  controller: AbortController;
  /** How many want it. */
  users: number;
}

export class Synthesiser {
  readonly #sounds: SoundStore;
  readonly #queue: FairQueue;
  readonly #patienceMs: number;
  /** By the conversation and what was asked. */
  readonly #making = new Map<string, Making>();

  constructor({ sounds, mostAtOnce = MOST_AT_ONCE, patienceMs = PATIENCE_MS }: SynthesiserOptions) {
    this.#sounds = sounds;
    this.#queue = new FairQueue(mostAtOnce);
    this.#patienceMs = patienceMs;
  }

  /**
   * Has a sentence made into a sound. Resolves as soon as its beginning can be heard.
   *
   * @throws {VoiceError} when nothing can be heard
   * @throws the reason of the signal, when it is aborted before that
   */
  async speak(engine: VoiceEngine, request: SpeechRequest, soundFor: SoundFor): Promise<Spoken> {
    const { conversation, speech, signal } = soundFor;
    signal.throwIfAborted();
    const asked = JSON.stringify([engine.id, request]);
    const key = JSON.stringify([conversation, asked]);
    const held = this.#sounds.find({ conversation, asked, ...(speech && { speech }) });
    const making = this.#making.get(key);
    if (making === undefined && held !== undefined) return { sound: held, made: Promise.resolve(undefined) };
    return await this.#use(making ?? this.#begin(key, asked, engine, request, soundFor), signal);
  }

  [Symbol.dispose](): void {
    for (const { controller } of this.#making.values()) controller.abort(new DOMException("Closed", "AbortError"));
  }

  #begin(key: string, asked: string, engine: VoiceEngine, request: SpeechRequest, soundFor: SoundFor): Making {
    const { conversation, owner, speech } = soundFor;
    const sound = new Sound(engine.id);
    const controller = new AbortController();
    const { signal } = controller;
    this.#sounds.hold(sound, { conversation, owner, asked, ...(speech && { speech }) });
    const made = this.#queue.run(conversation, () => this.#make(sound, engine, request, signal), signal)
      .then(() => undefined, (error: unknown) => {
        // Half of it is not to be found by who asks for all of it; who has its id hears what there is.
        if (sound.bytes === 0) this.#sounds.free(sound);
        else this.#sounds.forget(sound);
        return voiceErrorOf(error, engine, signal);
      }).finally(() => {
        sound.end();
        this.#making.delete(key);
      });
    const making = { sound, made, asked, controller, users: 0 };
    this.#making.set(key, making);
    return making;
  }

  /** Counts who wants a sound: the last one that does not want it any more ends its making. */
  async #use(making: Making, signal: AbortSignal): Promise<Spoken> {
    const { sound, made } = making;
    const left = () => {
      if (--making.users === 0) making.controller.abort(signal.reason);
    };
    making.users++;
    signal.addEventListener("abort", left, { once: true });
    void made.then(() => signal.removeEventListener("abort", left));
    await abortable(sound.begun(), signal);
    if (sound.bytes > 0) return { sound, made };
    throw await made ?? new VoiceError("The voice made no sound of it");
  }

  /**
   * What a promise resolves to, unless it takes too long.
   *
   * @param failure what has failed then, as in "The voice gave no sound"
   * @throws {VoiceError} when it takes too long
   * @throws the reason of the signal, as soon as it is aborted
   */
  async wait<T>(promise: Promise<T>, failure: string, signal: AbortSignal): Promise<T> {
    const ms = this.#patienceMs;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new VoiceError(`${failure} for ${ms / 1_000} s`)), ms);
    try {
      return await abortable(promise, AbortSignal.any([signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  async #make(sound: Sound, engine: VoiceEngine, request: SpeechRequest, signal: AbortSignal): Promise<void> {
    // What hangs is told to stop as well, and no longer waited for.
    const watched = new AbortController();
    const wait = <T>(promise: Promise<T>) => this.wait(promise, `${engine.name} gave no sound`, signal);
    const stop = () => watched.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    let parts: AsyncIterator<SoundPart> | undefined;
    try {
      const synthesis = await wait(engine.synthesise(request, { signal: watched.signal }));
      takeWhatIsKnown(sound, synthesis);
      parts = synthesis.parts[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await wait(parts.next());
        if (done === true) break;
        sound.add(value);
        this.#sounds.grown(sound);
      }
      if (sound.bytes === 0) throw new VoiceError(`${engine.name} made no sound of a sentence`);
    } finally {
      signal.removeEventListener("abort", stop);
      watched.abort(new DOMException("Nothing more is wanted", "AbortError"));
      guarded("let go of a voice", () => parts?.return?.()?.catch(() => {}));
    }
  }
}

/** Takes what an engine says of a sound, where it can be believed. */
function takeWhatIsKnown(sound: Sound, { visemes, ms }: Synthesis): void {
  if (ms !== undefined && Number.isFinite(ms) && ms > 0) sound.expectedMs = ms;
  if (visemes === undefined) return;
  if (Array.isArray(visemes) && visemes.every(isViseme)) sound.visemes = [...visemes];
  else report("move the mouth as the voice says, whose visemes are none", visemes);
}

function isViseme(value: Viseme | null): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { at, shape, strength } = value;
  return Number.isFinite(at) && at >= 0 && MOUTH_SHAPES.includes(shape) && strength >= 0 && strength <= 1;
}

function voiceErrorOf(error: unknown, { name }: VoiceEngine, signal: AbortSignal): VoiceError {
  if (error instanceof VoiceError) return error;
  if (!signal.aborted) report(`speak with ${name}`, error);
  return new VoiceError(`${name} failed in the middle of a sentence`, { cause: error });
}
