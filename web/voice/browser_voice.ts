/** Voices that the browser itself has. Only those of this device: of others, what is said would leave it. */
import type { VoiceManner } from "@/lib/protocol/speech.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import { NoVoice } from "./no_voice.ts";

/** What is needed of `speechSynthesis`. */
export type Synthesizer = Pick<SpeechSynthesis, "getVoices" | "speak" | "cancel">;

export interface SpeakOptions {
  manner: VoiceManner;
  signal: AbortSignal;
  onStart(): void;
  /** It has come to a word, at a place in the text, UTF-16 units. */
  onBoundary(at: number): void;
}

/** A voice that neither begins nor ends within this, in milliseconds for each character, has got stuck. */
const PATIENCE_MS = 400;
const LEAST_PATIENCE_MS = 8_000;

export class BrowserVoice {
  readonly #synthesizer: Synthesizer | undefined;
  readonly #make: (text: string) => SpeechSynthesisUtterance;
  /** From 0 to 1. */
  volume = 1;

  constructor(
    synthesizer = globalThis.speechSynthesis as Synthesizer | undefined,
    make: (text: string) => SpeechSynthesisUtterance = (text) => new SpeechSynthesisUtterance(text),
  ) {
    this.#synthesizer = synthesizer;
    this.#make = make;
  }

  /**
   * Says a text, and resolves when it has been said.
   *
   * @throws {Error} when there is no voice for the language, or it fails
   */
  speak(text: string, language: string, { manner, signal, onStart, onBoundary }: SpeakOptions): Promise<void> {
    signal.throwIfAborted();
    const voice = this.#voiceFor(language, manner.voice);
    if (voice === undefined) throw new NoVoice(`Cannot say it: this browser has no voice of its own for "${language}"`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const utterance = this.#make(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.volume = this.volume;
    utterance.rate = manner.rate;
    utterance.pitch = manner.pitch;
    utterance.onstart = onStart;
    utterance.onboundary = (event) => onBoundary(event.charIndex);
    utterance.onend = () => resolve();
    utterance.onerror = (event) => reject(new Error(`Cannot say it: the browser's voice ended with "${event.error}"`));
    const timer = setTimeout(() => {
      reject(new Error("Cannot say it: the browser's voice does not come to an end"));
      this.cancel();
    }, Math.max(LEAST_PATIENCE_MS, text.length * PATIENCE_MS));
    const cancel = () => {
      reject(signal.reason);
      this.cancel();
    };
    signal.addEventListener("abort", cancel, { once: true });
    this.#synthesizer?.speak(utterance);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    });
  }

  /** Ends what is being said. */
  cancel(): void {
    this.#synthesizer?.cancel();
  }

  /** The device's own voice for a language: that of a name, else the one of the very region first. */
  #voiceFor(language: string, name: string | undefined): SpeechSynthesisVoice | undefined {
    const local = (this.#synthesizer?.getVoices() ?? []).filter(isLocal);
    const fitting = local.filter(({ lang }) => primaryLanguage(lang) === primaryLanguage(language));
    return fitting.find((voice) => voice.name === name) ??
      fitting.find(({ lang }) => tagOf(lang).toLowerCase() === language.toLowerCase()) ??
      fitting.find((voice) => voice.default) ?? fitting[0];
  }
}

function isLocal(voice: SpeechSynthesisVoice): boolean {
  return voice.localService;
}

/** Android writes `en_US`. */
function tagOf(lang: string): string {
  return lang.replaceAll("_", "-");
}
