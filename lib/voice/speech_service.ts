/** Speaks answers: who says a sentence by the configuration, and what is held of its sound. */
import { chooseEngine } from "./choose.ts";
import { type VoiceEngine, VoiceError } from "./engine.ts";
import { SharedSounds } from "./shared_sounds.ts";
import type { Sound } from "./sound.ts";
import { SoundStore } from "./sound_store.ts";
import { type ChosenVoice, Speaker } from "./speaker.ts";
import { Synthesiser } from "./synthesiser.ts";
import type { TurnSpeech, TurnSpeechRequest, VoiceChoice } from "./turn_speech.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import type { Principal } from "@/lib/principal.ts";
import { SpeechStage } from "@/lib/stages/speech.ts";
import { SpokenLanguage } from "@/lib/stages/spoken_language.ts";

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });
/** So many of them are remembered. */
const MOST_TOLD = 10_000;

/** Counts what is said in somebody's conversations, who is known by id. */
export interface SpeechQuotas {
  /** Whether more may be said; rejects where not. */
  speech(owner: string): Promise<void>;
  spoken(owner: string, seconds: number): Promise<void>;
}

export interface SpeechServiceOptions {
  /** How the chosen character speaks now. */
  settings(): VoiceChoice;
  /** Language of what shows none, neither itself nor by what it answers (BCP 47). Default: en. */
  language?(): string;
  /** Those of this machine, by id, as they are configured now. */
  engines(): ReadonlyMap<string, VoiceEngine>;
  /** What guests may have said. Default: anything. */
  quotas?: SpeechQuotas;
  /** Path below which sounds are fetched, such as `/speech/`. */
  path: string;
  /** Joins this process with others that make sounds. Default: there are none. */
  bus?: Bus | undefined;
  /** How long an engine may give nothing, ms. */
  patienceMs?: number;
}

export class SpeechService implements Disposable {
  readonly #options: SpeechServiceOptions;
  readonly #sounds = new SoundStore();
  readonly #shared: SharedSounds | undefined;
  readonly #synthesiser: Synthesiser;
  /** Conversations that were told why it is silent, or with a language that nobody speaks; and the speech that told. */
  readonly #told = new Map<string, symbol>();

  constructor(options: SpeechServiceOptions) {
    this.#options = options;
    const { bus, patienceMs } = options;
    this.#shared = bus && new SharedSounds(bus, this.#sounds);
    this.#synthesiser = new Synthesiser({ sounds: this.#sounds, ...(patienceMs !== undefined && { patienceMs }) });
  }

  /**
   * Starts who will speak, so that the first sentence waits for less.
   *
   * @param speaks languages in which whoever listens has voices of their own (BCP 47)
   */
  prepare(speaks: readonly string[]): void {
    this.#prepare(this.#options.settings(), this.#language, speaks);
  }

  /** Opens the speech of a turn; undefined where the configuration says that nobody speaks. */
  open(request: TurnSpeechRequest): TurnSpeech | undefined {
    const { voice = this.#options.settings(), prompt = "", at = 0 } = request;
    if (voice.engine === "off") return undefined;
    const fallback = new SpokenLanguage(this.#language).of(prompt);
    this.#prepare(voice, fallback, request.speaks());
    return new ServiceSpeech(new SpeechStage({ speak: voice.speak, fallback, at }), {
      open: (speech) => this.#speaker(request, speech),
      forget: (speech) => this.#forgetSpeech(speech),
    });
  }

  /** The sound of that id, for whoever may read its conversation, if it is made or heard in this process. */
  sound(id: string, principal: Principal): Sound | undefined {
    return this.#sounds.get(id, principal);
  }

  /** The sound of that id, for whoever may read its conversation, of the process that makes it. */
  async soundOf(process: string, id: string, principal: Principal): Promise<Sound | undefined> {
    return await this.#shared?.get(process, id, principal);
  }

  /** Frees the sounds of a conversation. */
  forget(conversation: string): void {
    this.#sounds.freeConversation(conversation);
  }

  [Symbol.dispose](): void {
    this.#shared?.[Symbol.dispose]();
    this.#synthesiser[Symbol.dispose]();
    this.#sounds[Symbol.dispose]();
  }

  /** Below which the sounds of this process are fetched, of whichever process. */
  get #path(): string {
    const { path, bus } = this.#options;
    return bus === undefined ? path : `${path}${bus.self}/`;
  }

  #speaker(request: TurnSpeechRequest, speech: symbol): Speaker {
    const { conversation, owner, deliver, onFailure } = request;
    return new Speaker({
      synthesiser: this.#synthesiser,
      conversation,
      owner,
      speech,
      path: this.#path,
      choose: (language) => this.#speaking(request, language, speech),
      deliver,
      onFailure,
      onMade: (ms) => this.#options.quotas?.spoken(owner, ms / 1_000),
    });
  }

  /** @throws {VoiceError} once in a conversation, where nobody speaks the language, or its guest has to wait */
  async #speaking(request: TurnSpeechRequest, language: string, speech: symbol): Promise<ChosenVoice> {
    const { conversation, owner, voice, speaks } = request;
    const chosen = this.#choose(voice ?? this.#options.settings(), language, speaks());
    if (chosen === "none") {
      const why = `No voice that is chosen here speaks ${LANGUAGES.of(language)}. The settings have others`;
      // Who tries a voice is not told that there are others.
      return voice === undefined ? this.#silent([conversation, language], speech, why) : chosen;
    }
    if (chosen.engine === "browser") return chosen;
    try {
      await this.#options.quotas?.speech(owner);
      return chosen;
    } catch (error) {
      return this.#silent([conversation], speech, error instanceof Error ? error.message : String(error));
    }
  }

  /** @throws {VoiceError} the first time */
  #silent(what: string[], speech: symbol, why: string): "none" {
    const untold = JSON.stringify(what);
    if (this.#told.has(untold)) return "none";
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(untold, speech);
    throw new VoiceError(why);
  }

  #forgetSpeech(speech: symbol): void {
    this.#sounds.freeSpeech(speech);
    for (const [untold, by] of this.#told) if (by === speech) this.#told.delete(untold);
  }

  /** Language of what shows none. */
  get #language(): string {
    return this.#options.language?.() ?? "en";
  }

  #prepare(choice: VoiceChoice, language: string, speaks: readonly string[]): void {
    const likely = this.#choose(choice, language, speaks);
    if (likely === "none" || likely.engine === "browser") return;
    const { engine, voice } = likely;
    engine.prepare?.({ language, ...(voice !== undefined && { voice }) });
  }

  #choose(
    { engine: wanted, voice, rate, pitch }: VoiceChoice,
    language: string,
    speaks: readonly string[],
  ): ChosenVoice {
    const engine = chooseEngine({ engine: wanted, language, speaks, engines: this.#options.engines() });
    if (engine === "none") return engine;
    return { engine, rate, pitch, ...(voice !== undefined && { voice }) };
  }
}

interface ServiceSpeechOptions {
  /** Opens a speaker whose sounds are those of `speech`. */
  open(speech: symbol): Speaker;
  /** Frees its sounds, and takes back what it told. */
  forget(speech: symbol): void;
}

class ServiceSpeech implements TurnSpeech {
  readonly stage: SpeechStage;
  readonly #id = Symbol("speech");
  readonly #options: ServiceSpeechOptions;
  #speaker: Speaker;
  #stopped = false;

  constructor(stage: SpeechStage, options: ServiceSpeechOptions) {
    this.stage = stage;
    this.#options = options;
    this.#speaker = options.open(this.#id);
  }

  get finished(): Promise<void> {
    return this.#speaker.finished;
  }

  say(sentence: Parameters<TurnSpeech["say"]>[0]): void {
    this.#speaker.say(sentence);
  }

  expect(likely: Parameters<TurnSpeech["expect"]>[0]): void {
    this.#speaker.expect(likely);
  }

  played(index: number): void {
    this.#speaker.played(index);
  }

  end(): void {
    this.#speaker.end();
  }

  restart(): void {
    if (this.#stopped) return;
    this.#speaker.stop();
    this.#speaker = this.#options.open(this.#id);
  }

  stop(): void {
    this.#stopped = true;
    this.#speaker.stop();
  }

  discard(): void {
    this.stop();
    this.#options.forget(this.#id);
  }
}
