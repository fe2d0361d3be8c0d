/** Says the sentences of one text: synthesised ahead, delivered in their order. */
import { type VoiceEngine, VoiceError } from "./engine.ts";
import type { Sound } from "./sound.ts";
import type { SoundFor, Synthesiser } from "./synthesiser.ts";
import type { SayableText, SentenceSpeech, SpokenSentence, VoiceManner } from "@/lib/protocol/speech.ts";
import { guarded, report } from "@/lib/telemetry/guard.ts";

/** Sentences that are made before the first one has been heard: a long answer that nobody hears is not made whole. */
const AHEAD = 4;
/** How long who listens may be silent while sentences wait for it, ms: longer than any sentence takes. */
const SILENCE_MS = 3 * 60 * 1_000;

/** Who says a sentence, and how: an engine, the page itself, or nobody. */
export type ChosenVoice = VoiceManner & { engine: VoiceEngine | "browser" } | "none";

export interface SpeakerOptions extends Omit<SoundFor, "signal"> {
  synthesiser: Synthesiser;
  /** Who says a text of this language. Asked for each sentence, so that a change of the settings holds from the next. */
  choose(language: string): Promise<ChosenVoice> | ChosenVoice;
  /** Path below which sounds can be fetched, such as `/speech/`. */
  path: string;
  /** Gets the sounds, in the order of their sentences. */
  deliver(speech: SentenceSpeech): void;
  /** Called once, with why a sentence cannot be heard. */
  onFailure(error: VoiceError): void;
  /** Called with how long each sound is that was made, ms. Default: nobody counts. */
  onMade?(ms: number): Promise<void> | void;
  ahead?: number;
  silenceMs?: number;
}

/** A sentence whose sound has begun, or that is not for this machine to say. */
interface Begun {
  engine: string;
  /** How a voice of the page's own is to say it. */
  manner?: VoiceManner;
  sound?: Sound;
  made?: Promise<void>;
}

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #stopped = new AbortController();
  readonly #finished = Promise.withResolvers<void>();
  /** Those that nothing was done for yet. */
  readonly #waiting: SpokenSentence[] = [];
  /** What will probably be said first: it is made even if it is not, for it is short. */
  #expected: SayableText & { begun: Promise<Begun> } | undefined;
  /** Resolves when all that was begun has been delivered. */
  #delivered: Promise<void> = Promise.resolve();
  /** Resolve when what was begun has been made. */
  readonly #made: Promise<void>[] = [];
  /** Index of the last sentence that has been heard; that before the first one at first. */
  #played: number | undefined;
  #complete = false;
  #failed = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Resolves when everything has been delivered and made, or it was stopped. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Says a sentence after those before. */
  say(sentence: SpokenSentence): void {
    if (this.#stopped.signal.aborted) return;
    this.#played ??= sentence.index - 1;
    this.#waiting.push(sentence);
    this.#begin();
  }

  /** What is said first will probably be this: its sound is begun. */
  expect({ say, language }: SayableText): void {
    const begun = this.#expected !== undefined || this.#played !== undefined;
    if (!begun && !this.#stopped.signal.aborted) {
      this.#expected = { say, language, begun: this.#sound({ say, language }) };
    }
  }

  /** A sentence has been heard to its end. */
  played(index: number): void {
    if (this.#played === undefined || index <= this.#played) return;
    this.#played = index;
    this.#begin();
  }

  /** No further sentence comes. */
  end(): void {
    this.#complete = true;
    this.#begin();
  }

  /** Ends everything at once: nothing is delivered any more. */
  stop(): void {
    this.#waiting.length = 0;
    this.#stopped.abort(new DOMException("Nobody listens any more", "AbortError"));
    clearTimeout(this.#giveUp);
    this.#finished.resolve();
  }

  #begin(): void {
    const { ahead = AHEAD, silenceMs = SILENCE_MS } = this.#options;
    clearTimeout(this.#giveUp);
    if (this.#stopped.signal.aborted) return;
    while (this.#waiting[0] !== undefined && this.#waiting[0].index <= (this.#played ?? 0) + ahead) {
      this.#speak(this.#waiting.shift()!);
    }
    if (!this.#complete) return;
    if (this.#waiting.length > 0) this.#giveUp = setTimeout(() => this.stop(), silenceMs);
    else void Promise.all([this.#delivered, ...this.#made]).then(() => this.#finished.resolve());
  }

  #speak(sentence: SpokenSentence): void {
    const { index, say, language } = sentence;
    const expected = this.#expected;
    this.#expected = undefined;
    const begun = expected?.say === say && expected.language === language ? expected.begun : this.#sound(sentence);
    this.#made.push(begun.then(({ made }) => made));
    this.#delivered = this.#delivered.then(async () => {
      const { engine, manner, sound } = await begun;
      if (this.#stopped.signal.aborted) return;
      const speech = { index, engine, ...manner, ...(sound && this.#linkTo(sound)) };
      guarded("deliver the sound of a sentence", () => this.#options.deliver(speech));
    });
  }

  #linkTo({ id, ms, visemes }: Sound): Pick<SentenceSpeech, "url" | "ms" | "visemes"> {
    return { url: this.#options.path + id, ...(ms !== undefined && { ms }), ...(visemes !== undefined && { visemes }) };
  }

  /** Never rejects: a sentence that cannot be heard costs the others nothing. */
  async #sound({ say, language }: SayableText): Promise<Begun> {
    const { synthesiser, choose, conversation, owner, speech } = this.#options;
    const { signal } = this.#stopped;
    try {
      const chosen = await synthesiser.wait(
        (async () => await choose(language))(),
        "The voice could not be chosen",
        signal,
      );
      if (chosen === "none") return { engine: chosen };
      const { engine, ...manner } = chosen;
      if (engine === "browser") return { engine, manner };
      const { sound, made } = await synthesiser.speak(engine, { text: say, language, ...manner }, {
        conversation,
        owner,
        ...(speech && { speech }),
        signal,
      });
      return { engine: engine.id, sound, made: made.then((failure) => this.#end(sound, failure)) };
    } catch (error) {
      this.#fail(error);
      return { engine: "none" };
    }
  }

  #end(sound: Sound, failure: unknown): void {
    guarded("count what was said", () => this.#options.onMade?.(sound.ms ?? 0));
    this.#fail(failure);
  }

  #fail(error: unknown): void {
    if (error === undefined || this.#failed || this.#stopped.signal.aborted) return;
    this.#failed = true;
    if (!(error instanceof VoiceError)) report("say a sentence", error);
    const told = error instanceof VoiceError ? error : new VoiceError("Something went wrong with the voice");
    guarded("tell that a sentence cannot be heard", () => this.#options.onFailure(told));
  }
}
