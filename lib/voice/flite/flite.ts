import { once, type SpeechRequest, type Synthesis, type Voice, type VoiceEngine } from "@/lib/voice/engine.ts";
import { FliteWorker, type FliteWorkerOptions } from "./flite_worker.ts";
import { visemesOf } from "./visemes.ts";

const LANGUAGES = ["en"];

/**
 * Voices that are in the package, the usual one first. Left out is `awb_time`, which knows the words of a clock alone.
 * The pitch of `rms` cannot be changed: it is part of its sound.
 */
const VOICES: readonly Voice[] = [
  { id: "slt", name: "Slt (US, female)", languages: LANGUAGES },
  { id: "rms", name: "Rms (US, male)", languages: LANGUAGES },
  { id: "awb", name: "Awb (Scottish, male)", languages: LANGUAGES },
  { id: "kal16", name: "Kal (US, male, robotic)", languages: LANGUAGES },
  { id: "kal", name: "Kal (as on a telephone)", languages: LANGUAGES },
];

/** Signs of books that flite does not know, and what stands for them on a keyboard. */
const KEYBOARD_SIGNS: readonly (readonly [RegExp, string])[] = [
  [/[‘’‛ʼ′]/g, "'"],
  [/[“”„‟«»″]/g, '"'],
  [/\s*[–—―]\s*/g, ", "],
  [/…/g, "..."],
];

/** The small synthesiser of Carnegie Mellon University: English, without a server or a network, 20 to 40 times as fast as speech. */
export class FliteEngine implements VoiceEngine {
  readonly id = "flite";
  readonly name = "Flite";
  readonly away = false;
  readonly #worker: FliteWorker;

  constructor(options?: FliteWorkerOptions) {
    this.#worker = new FliteWorker(options);
  }

  needs(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  voices(): Promise<readonly Voice[]> {
    return Promise.resolve(VOICES);
  }

  speaks(language: string): boolean {
    return /^en(-|$)/i.test(language);
  }

  prepare(): void {
    this.#worker.start();
  }

  async synthesise(request: SpeechRequest, { signal }: { signal: AbortSignal }): Promise<Synthesis> {
    const { text, rate, pitch } = request;
    const { id: voice } = VOICES.find(({ id }) => id === request.voice) ?? VOICES[0]!;
    const { samples, sampleRate, phones } = await this.#worker.run(
      { text: withKeyboardSigns(text), voice, rate, pitch },
      signal,
    );
    const ms = Math.round(samples.length / sampleRate * 1000);
    return { parts: once({ samples, sampleRate }), visemes: visemesOf(phones, ms), ms };
  }

  [Symbol.dispose](): void {
    this.#worker[Symbol.dispose]();
  }
}

/** A text in the letters that flite knows: `café` as `cafe`, `don’t` as `don't`; what has no such letters is a space. */
function withKeyboardSigns(text: string): string {
  const plain = KEYBOARD_SIGNS.reduce((before, [sign, key]) => before.replace(sign, key), text);
  return plain.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\x20-\x7e]+/g, " ");
}
