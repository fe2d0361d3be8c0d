import type { Viseme } from "@/lib/protocol/speech.ts";
import { once, type SpeechRequest, type Synthesis, type Voice, type VoiceEngine } from "@/lib/voice/engine.ts";
import { type Beat, beatsOf } from "./syllables.ts";

const SAMPLE_RATE = 24_000;
/** Of a usual syllable, in seconds: the tone, and with the silence behind it. */
const TONE = 0.075;
const BEAT = 0.11;
const PAUSES = { short: 0.12, long: 0.22 };
/** No tone begins or ends at once: that would click. In seconds. */
const ATTACK = 0.006;
const RELEASE = 0.03;
const LOUDNESS = 0.35 * 32767;
/** How far the syllables of a sentence lie apart, as steps of a scale; the letter chooses. */
const STEPS = [0, 2, 4, -3, 7, -1, 3];
/** How much higher a question ends, in semitones. */
const ASKING = 5;

interface BlipVoice extends Voice {
  /** Hertz. */
  base: number;
  /** How loud each multiple of the tone is, from the first. */
  harmonics: readonly number[];
}

const VOICES: readonly BlipVoice[] = [
  { id: "bright", name: "Bright", languages: [], base: 440, harmonics: [0.7, 0, 0.2, 0, 0.1] },
  { id: "soft", name: "Soft", languages: [], base: 330, harmonics: [0.85, 0.15] },
  { id: "low", name: "Low", languages: [], base: 165, harmonics: [0.5, 0.25, 0.15, 0.1] },
];

/** A short tone for each syllable, as characters in old games speak: no words, and so every language. */
export class BlipsEngine implements VoiceEngine {
  readonly id = "blips";
  readonly name = "Blips";
  readonly away = false;

  needs(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  voices(): Promise<readonly Voice[]> {
    return Promise.resolve(VOICES.map(({ id, name, languages }) => ({ id, name, languages })));
  }

  speaks(): boolean {
    return true;
  }

  // deno-lint-ignore require-await -- rejects, as every engine does, where it is aborted already
  async synthesise(request: SpeechRequest, { signal }: { signal: AbortSignal }): Promise<Synthesis> {
    signal.throwIfAborted();
    const beats = beatsOf(request.text);
    const lengths = beats.map((beat) => ("pause" in beat ? PAUSES[beat.pause] : BEAT) / request.rate);
    const seconds = lengths.reduce((sum, length) => sum + length, 0);
    const samples = new Int16Array(Math.ceil(seconds * SAMPLE_RATE));
    const visemes: Viseme[] = [];
    const voice = VOICES.find(({ id }) => id === request.voice) ?? VOICES[0]!;
    let begin = 0;
    for (const [index, beat] of beats.entries()) {
      if ("vowel" in beat) {
        const tone = TONE / request.rate;
        addTone(samples, Math.round(begin * SAMPLE_RATE), tone, voice, request.pitch * pitchOf(beat, beats[index + 1]));
        visemes.push({ at: Math.round(begin * 1000), shape: beat.vowel, strength: 0.8 });
        visemes.push({ at: Math.round((begin + tone) * 1000), shape: "rest", strength: 1 });
      }
      begin += lengths[index] ?? 0;
    }
    return { parts: once({ samples, sampleRate: SAMPLE_RATE }), visemes, ms: Math.round(seconds * 1000) };
  }

  [Symbol.dispose](): void {}
}

/** How much higher than the voice itself a syllable is, as a factor. */
function pitchOf(beat: Extract<Beat, { vowel: unknown }>, next: Beat | undefined): number {
  const asks = next !== undefined && "pause" in next && next.asks;
  return 2 ** (((STEPS[beat.code % STEPS.length] ?? 0) + (asks ? ASKING : 0)) / 12);
}

function addTone(samples: Int16Array, begin: number, seconds: number, voice: BlipVoice, factor: number): void {
  const length = Math.round(seconds * SAMPLE_RATE);
  const step = 2 * Math.PI * voice.base * factor / SAMPLE_RATE;
  for (let index = 0; index < length && begin + index < samples.length; index++) {
    const edge = Math.min(1, index / (ATTACK * SAMPLE_RATE), (length - index) / (RELEASE * SAMPLE_RATE));
    const wave = voice.harmonics.reduce((sum, part, at) => sum + part * Math.sin(step * index * (at + 1)), 0);
    samples[begin + index] = Math.round(LOUDNESS * edge * wave);
  }
}
