/** Sentences of flite's through the page's own player, on a clock of the bench's own, for every kind of model. */
import { FakeEnvironment } from "@/web/connection/fake_environment.ts";
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";
import { Mouth } from "@/web/live2d/mouth.ts";
import { MouthRecorder } from "@/web/live2d/mouth_recorder.ts";
import type { MouthModel } from "@/web/live2d/mouth_models.ts";
import { standardRig } from "@/web/live2d/standard_rig.ts";
import type { Rig } from "@/web/live2d/rig.ts";
import type { AudioOutput } from "@/web/voice/audio_output.ts";
import { BrowserVoice } from "@/web/voice/browser_voice.ts";
import { Player } from "@/web/voice/player.ts";
import { trackFromSound } from "@/web/voice/track_from_sound.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";
import type { TimedFrame } from "./mouth_measures.ts";
import { HEARD } from "./spoken_corpus.ts";
import { median } from "./stats.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";

const RATE = 48_000;
/** How much faster than the computer's clock the loudspeaker's runs: real ones do, and who goes by another one drifts. */
const CLOCK_ERROR = 2e-4;
/** Seconds from the clock to the ear. */
const WAY = 0.04;
/** Frames a second that are tried; the first one is a multiple of the others. */
const FRAME_RATES = [60, 30] as const;

export interface Sentence {
  text: string;
  samples: Int16Array;
  sampleRate: number;
  wav: Uint8Array<ArrayBuffer>;
  track: Viseme[];
  ms: number;
}

/** A mouth with what was seen of it. */
export interface Watched {
  model: MouthModel;
  fps: number;
  mouth: Mouth;
  rig: Rig;
  /** By the loudspeaker's time. */
  frames: readonly TimedFrame[];
}

class BenchOutput implements AudioOutput {
  readonly sampleRate = RATE;
  readonly running = true;
  /** Where the pieces of sound begin, in samples. */
  readonly starts: number[] = [];
  readonly #environment: FakeEnvironment;
  readonly #begin: number;

  constructor(environment: FakeEnvironment) {
    this.#environment = environment;
    this.#begin = environment.now();
  }

  get now(): number {
    return (this.#environment.now() - this.#begin) / 1000 * (1 + CLOCK_ERROR);
  }

  get heardAt(): number {
    return Math.max(0, this.now - WAY);
  }

  channel() {
    return {
      play: (_samples: Float32Array<ArrayBuffer>, at: number) => void this.starts.push(at),
      silence() {},
    };
  }
}

export async function sentencesOf(voice: string): Promise<Sentence[]> {
  using worker = new FliteWorker();
  const sentences: Sentence[] = [];
  for (const text of HEARD) {
    const job = { text, voice, rate: 1, pitch: 1 };
    const { samples, sampleRate, phones } = await worker.run(job, AbortSignal.timeout(60_000));
    const ms = samples.length * 1000 / sampleRate;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const wav = new Uint8Array(await new Blob([wavHeader(sampleRate, bytes.length), bytes]).arrayBuffer());
    sentences.push({ text, samples, sampleRate, wav, track: visemesOf(phones, ms), ms });
  }
  return sentences;
}

/** Milliseconds in which the vowels of a second of sound are found: the median of some rounds. */
export async function costOfVowels(sentences: readonly Sentence[]): Promise<number> {
  const seconds = sentences.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const rounds: number[] = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    for (const { samples, sampleRate } of sentences) await trackFromSound(samples, sampleRate, 0);
    rounds.push((performance.now() - began) / seconds);
  }
  return median(rounds);
}

/**
 * Plays sentences, over and over for so many seconds, and watches the mouths.
 *
 * @param byPhones whether the player is given the engine's times, or has to find them in the sound
 * @returns the track that is to be seen, by the loudspeaker's time, in ms
 */
export async function watch(
  sentences: readonly Sentence[],
  seconds: number,
  byPhones: boolean,
  watched: readonly Watched[],
): Promise<Viseme[]> {
  const environment = new FakeEnvironment();
  const output = new BenchOutput(environment);
  const starts: number[] = [];
  const list: Sentence[] = [];
  for (let ms = 0; ms < seconds * 1000; ms += list.at(-1)!.ms) list.push(sentences[list.length % sentences.length]!);
  const player = new Player({
    output,
    voice: new BrowserVoice(undefined, (text) => ({ text }) as SpeechSynthesisUtterance),
    fetch: (url) => {
      // The next piece that is played is the first of this sentence.
      starts.push(output.starts.length);
      return Promise.resolve(new Response(list[Number(url)]!.wav));
    },
    findTrack: trackFromSound,
    schedule: (callback, ms) => environment.schedule(callback, ms),
    onHearing() {},
    onPlayed() {},
    onLost(error) {
      throw error;
    },
  });
  player.begin("t");
  list.forEach(({ text, track }, index) => {
    player.sentence("t", { index, from: 0, to: text.length, say: text, language: "en" }, text);
    player.speech("t", { index, engine: "flite", url: String(index), ...byPhones && { visemes: track } });
  });
  player.close("t");

  for (const one of watched) {
    one.mouth.recorder = new MouthRecorder(() => output.heardAt * 1000);
    one.frames = one.mouth.recorder.frames;
    one.mouth.source = (ahead) => player.pose(ahead);
  }
  const fastest = FRAME_RATES[0];
  for (let frame = 0; frame < (seconds + 2) * fastest; frame++) {
    // What is fetched comes by promises.
    if (frame % 12 === 0) { for (let i = 0; i < 4; i++) await new Promise((resolve) => setTimeout(resolve)); }
    environment.advance(1000 / fastest);
    for (const { fps, mouth, model, rig } of watched) {
      if (frame % (fastest / fps) !== 0) continue;
      for (const [id, [, , initial]] of Object.entries(model.ranges)) rig.set(rig.find(id), initial);
      mouth.apply(rig, { real: 1 / fps, scaled: 1 / fps });
    }
  }
  player.silence();
  return list.flatMap(({ track }, index) => {
    const start = (output.starts[starts[index]!] ?? NaN) * 1000 / RATE;
    return track.map((viseme) => ({ ...viseme, at: viseme.at + start }));
  });
}

/** A mouth of each model, at each number of frames a second. */
export function watchAll(models: readonly MouthModel[]): Watched[] {
  return models.flatMap((model) =>
    FRAME_RATES.map((fps) => {
      const mouth = new Mouth(model.lipSync, model.motionSync);
      return { model, fps, mouth, rig: standardRig(model.ranges), frames: [] };
    })
  );
}
