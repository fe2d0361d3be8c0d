/** Speaks answers: who says a sentence by the configuration, and what is held of its sound. */
import { chooseEngine } from "./choose.ts";
import { type VoiceEngine, VoiceError } from "./engine.ts";
import type { Sound } from "./sound.ts";
import { SoundStore } from "./sound_store.ts";
import { type ChosenVoice, Speaker } from "./speaker.ts";
import { Synthesiser } from "./synthesiser.ts";
import type { TurnSpeech, TurnSpeechRequest } from "./turn_speech.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Principal } from "@/lib/principal.ts";
import { SpeechStage } from "@/lib/stages/speech.ts";

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });
/** So many of them are remembered. */
const MOST_TOLD = 10_000;

/** How the character speaks. */
export type VoiceChoice = Pick<Config["voice"], "engine" | "voice" | "rate" | "pitch" | "speak">;

export interface SpeechServiceOptions {
  /** How the chosen character speaks now. */
  settings(): VoiceChoice;
  /** Those of this machine, by id, as they are configured now. */
  engines(): ReadonlyMap<string, VoiceEngine>;
  /** Path below which sounds are fetched, such as `/speech/`. */
  path: string;
  /** How long an engine may give nothing, ms. */
  patienceMs?: number;
}

export class SpeechService implements Disposable {
  readonly #options: SpeechServiceOptions;
  readonly #sounds = new SoundStore();
  readonly #synthesiser: Synthesiser;
  /** Conversations, each with a language of which it was told that nobody speaks it. */
  readonly #told = new Set<string>();

  constructor(options: SpeechServiceOptions) {
    this.#options = options;
    const { patienceMs } = options;
    this.#synthesiser = new Synthesiser({ sounds: this.#sounds, ...(patienceMs !== undefined && { patienceMs }) });
  }

  /** Opens the speech of a turn; undefined where the configuration says that nobody speaks. */
  open(request: TurnSpeechRequest): TurnSpeech | undefined {
    const { engine, speak } = this.#options.settings();
    if (engine === "off") return undefined;
    // In which language is not known yet; only the built-in English voice takes time to begin.
    const likely = this.#choose("en", request.speaks());
    if (typeof likely !== "string") {
      const { engine, voice } = likely;
      engine.prepare?.({ language: "en", ...(voice !== undefined && { voice }) });
    }
    return new ServiceSpeech(new SpeechStage({ speak, at: request.at ?? 0 }), () => this.#speaker(request));
  }

  /** The sound of that id, for whoever may read its conversation. */
  sound(id: string, principal: Principal): Sound | undefined {
    return this.#sounds.get(id, principal);
  }

  /** Frees the sounds of a conversation. */
  forget(conversation: string): void {
    this.#sounds.freeConversation(conversation);
  }

  [Symbol.dispose](): void {
    this.#synthesiser[Symbol.dispose]();
    this.#sounds[Symbol.dispose]();
  }

  #speaker(request: TurnSpeechRequest): Speaker {
    const { conversation, owner, speaks, ahead, deliver, onFailure } = request;
    return new Speaker({
      synthesiser: this.#synthesiser,
      conversation,
      owner,
      path: this.#options.path,
      choose: (language) => this.#speaking(conversation, language, speaks()),
      deliver,
      onFailure,
      ...(ahead !== undefined && { ahead }),
    });
  }

  /** @throws {VoiceError} once in a conversation, where nobody speaks the language */
  #speaking(conversation: string, language: string, speaks: readonly string[]): ChosenVoice {
    const chosen = this.#choose(language, speaks);
    const untold = JSON.stringify([conversation, language]);
    if (chosen !== "none" || this.#told.has(untold)) return chosen;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(untold);
    throw new VoiceError(`No voice that is chosen here speaks ${LANGUAGES.of(language)}. The settings have others`);
  }

  #choose(language: string, speaks: readonly string[]): ChosenVoice {
    const { engine: wanted, voice, rate, pitch } = this.#options.settings();
    const engine = chooseEngine({ engine: wanted, language, speaks, engines: this.#options.engines() });
    if (typeof engine === "string") return engine;
    return { engine, rate, pitch, ...(voice !== undefined && { voice }) };
  }
}

class ServiceSpeech implements TurnSpeech {
  readonly stage: SpeechStage;
  readonly #open: () => Speaker;
  #speaker: Speaker;

  constructor(stage: SpeechStage, open: () => Speaker) {
    this.stage = stage;
    this.#open = open;
    this.#speaker = open();
  }

  get finished(): Promise<void> {
    return this.#speaker.finished;
  }

  say(sentence: Parameters<TurnSpeech["say"]>[0]): void {
    this.#speaker.say(sentence);
  }

  played(index: number): void {
    this.#speaker.played(index);
  }

  end(): void {
    this.#speaker.end();
  }

  restart(): void {
    this.#speaker.stop();
    this.#speaker = this.#open();
  }

  stop(): void {
    this.#speaker.stop();
  }
}
