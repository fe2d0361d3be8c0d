/** For tests: an engine whose every word is a tone of known length, and which fails in every way there is. */
import {
  type SoundPart,
  type SpeechRequest,
  type Synthesis,
  type Voice,
  type VoiceEngine,
  VoiceError,
} from "@/lib/voice/engine.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";

export const TONE_RATE = 16_000;
/** Of each word, and of the silence after it. */
const WORD_MS = 200;
export const PAUSE_MS = 50;

/** What becomes of a sentence. `dies` and `hangs` are in the middle of it. */
export type ToneFate =
  | "speaks"
  | "refuses"
  | "throws"
  | "dies"
  | "hangs"
  | "hangs at once"
  | "silence"
  | "junk"
  | "rates";

export interface ToneOptions {
  id?: string;
  /** What becomes of a sentence. Default: it is spoken. */
  fate?(text: string): ToneFate;
  /** How long it thinks before the first part, ms. Default: not at all. */
  delay?(text: string): number;
  /** How long it thinks before each further part, ms. Default: not at all. */
  partMs?: number;
}

/** How long its sound of a text lasts, ms. */
export function toneMs(text: string): number {
  return wordsOf(text).length * (WORD_MS + PAUSE_MS);
}

/** The pitch of a word, in Hz: what it says can be told by listening. */
function toneOf(word: string): number {
  return 200 + [...word].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 40, 7) * 20;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

export class ToneEngine implements VoiceEngine {
  readonly id: string;
  readonly name = "Tones";
  readonly away = false;
  /** Every text that it was asked for, in order. */
  readonly asked: SpeechRequest[] = [];
  /** How many sounds are being made. */
  running = 0;
  /** The most that were made at once. */
  most = 0;
  readonly #options: ToneOptions;

  constructor(options: ToneOptions = {}) {
    this.#options = options;
    this.id = options.id ?? "tones";
  }

  needs(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  voices(): Promise<readonly Voice[]> {
    return Promise.resolve([{ id: "sine", name: "Sine", languages: [] }]);
  }

  speaks(): boolean {
    return true;
  }

  async synthesise(request: SpeechRequest, { signal }: { signal: AbortSignal }): Promise<Synthesis> {
    const { fate = () => "speaks", delay = () => 0 } = this.#options;
    this.asked.push(request);
    const { text } = request;
    const end = fate(text);
    if (end === "refuses") throw new VoiceError("Tones are out of order");
    if (end === "throws") throw new Error("an injected fault");
    if (end === "hangs at once") return await new Promise(() => {});
    this.running++;
    this.most = Math.max(this.most, this.running);
    try {
      await pause(delay(text), signal);
    } catch (error) {
      this.running--;
      throw error;
    }
    return { parts: this.#parts(text, end, signal), ms: toneMs(text), visemes: visemesOf(text) };
  }

  [Symbol.dispose](): void {}

  async *#parts(text: string, fate: ToneFate, signal: AbortSignal): AsyncGenerator<SoundPart> {
    try {
      if (fate === "silence") return;
      for (const [index, word] of wordsOf(text).entries()) {
        if (index > 0) await pause(this.#options.partMs ?? 0, signal);
        if (index === 1 && fate === "dies") throw new Error("an injected fault");
        if (index === 1 && fate === "hangs") await new Promise(() => {});
        if (fate === "junk") yield { samples: "noise", sampleRate: NaN } as unknown as SoundPart;
        yield { samples: tone(word), sampleRate: fate === "rates" ? TONE_RATE + index : TONE_RATE };
      }
    } finally {
      this.running--;
    }
  }
}

function tone(word: string): Int16Array<ArrayBuffer> {
  const [sounding, all] = [WORD_MS, WORD_MS + PAUSE_MS].map((ms) => ms * TONE_RATE / 1_000);
  const step = 2 * Math.PI * toneOf(word) / TONE_RATE;
  return Int16Array.from({ length: all! }, (_, i) => i < sounding! ? Math.round(8_000 * Math.sin(step * i)) : 0);
}

function visemesOf(text: string): Viseme[] {
  return wordsOf(text).flatMap((_, index): Viseme[] => {
    const at = index * (WORD_MS + PAUSE_MS);
    return [{ at, shape: "a", strength: 1 }, { at: at + WORD_MS, shape: "rest", strength: 1 }];
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
