/**
 * How well the mouth keeps to the voice: flite's sentences through the page's own player, on a clock of the bench's
 * own, for every kind of model. The truth is the phones of the engine with their times, at the place in the
 * loudspeaker's time where their sound is.
 *
 *     deno task bench:mouth
 *
 * The loudspeaker's clock is wrong by 200 millionths, as real ones are, so that whoever goes by another one drifts.
 */
import { FakeEnvironment } from "@/web/connection/fake_environment.ts";
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";
import { Mouth } from "@/web/live2d/mouth.ts";
import { MouthRecorder } from "@/web/live2d/mouth_recorder.ts";
import { MOUTH_MODELS, type MouthModel } from "@/web/live2d/mouth_models.ts";
import { standardRig } from "@/web/live2d/standard_rig.ts";
import type { Rig } from "@/web/live2d/rig.ts";
import type { AudioOutput } from "@/web/voice/audio_output.ts";
import { BrowserVoice } from "@/web/voice/browser_voice.ts";
import { Player } from "@/web/voice/player.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";
import { MouthView, offsets, quantile, shownShare, type TimedFrame, vowelsOf } from "./mouth_measures.ts";
import { HEARD } from "./spoken_corpus.ts";
import { aligned } from "./table.ts";
import type { Viseme } from "@/lib/protocol/speech.ts";
import { print } from "@/lib/telemetry/log.ts";

const RATE = 48_000;
/** How much faster than the computer's clock the loudspeaker's runs. */
const CLOCK_ERROR = 2e-4;
/** Seconds from the clock to the ear. */
const WAY = 0.04;
/** Frames a second that are tried; the first one is a multiple of the others. */
const FRAME_RATES = [60, 30] as const;
const LONG_SECONDS = 595;

const WANTED = { median: 20, most: 45, drift: 10, vowels: 0.9 };

interface Sentence {
  text: string;
  wav: Uint8Array<ArrayBuffer>;
  track: Viseme[];
  ms: number;
}

/** A mouth with what was seen of it. */
interface Watched {
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

async function sentencesOf(voice: string): Promise<Sentence[]> {
  using worker = new FliteWorker();
  const sentences: Sentence[] = [];
  for (const text of HEARD) {
    const job = { text, voice, rate: 1, pitch: 1 };
    const { samples, sampleRate, phones } = await worker.run(job, AbortSignal.timeout(60_000));
    const ms = samples.length * 1000 / sampleRate;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const wav = new Uint8Array(await new Blob([wavHeader(sampleRate, bytes.length), bytes]).arrayBuffer());
    sentences.push({ text, wav, track: visemesOf(phones, ms), ms });
  }
  return sentences;
}

/**
 * Plays sentences, over and over for so many seconds, and watches the mouths.
 *
 * @param byPhones whether the player is given the engine's times, or has to find them in the sound
 * @returns the track that is to be seen, by the loudspeaker's time, in ms
 */
async function watch(
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

function watchAll(models: readonly MouthModel[]): Watched[] {
  return models.flatMap((model) =>
    FRAME_RATES.map((fps) => {
      const mouth = new Mouth(model.lipSync, model.motionSync);
      return { model, fps, mouth, rig: standardRig(model.ranges), frames: [] };
    })
  );
}

function rowsOf(
  watched: readonly Watched[],
  track: readonly Viseme[],
  hasDrift: boolean,
): { rows: string[][]; ok: boolean } {
  let ok = true;
  const rows = watched.map(({ model, fps, frames }) => {
    const view = new MouthView(model);
    const late = offsets(view, track, frames);
    const shown = shownShare(view, vowelsOf(track), frames);
    const [middle, most] = [quantile(late, 0.5), quantile(late.map(Math.abs), 0.95)];
    const minute = (from: number, to: number) => {
      const part = (list: readonly { at: number }[]) => list.filter(({ at }) => at >= from && at < to);
      return quantile(offsets(view, part(track) as Viseme[], part(frames) as TimedFrame[]), 0.5);
    };
    const end = frames.at(-1)?.at ?? 0;
    const drift = hasDrift ? minute(end - 60_000, end) - minute(0, 60_000) : NaN;
    ok &&= Math.abs(middle) <= WANTED.median && most <= WANTED.most && shown >= WANTED.vowels &&
      !(Math.abs(drift) > WANTED.drift);
    const ms = (value: number) => Number.isNaN(value) ? "" : value.toFixed(1);
    return [model.name, String(fps), ms(middle), ms(most), ms(drift), (100 * shown).toFixed(1), String(late.length)];
  });
  return { rows, ok };
}

const HEAD = ["model", "frames/s", "offset ms", "95 % ms", "drift ms", "vowels %", "edges"];

if (import.meta.main) {
  const sentences = await sentencesOf("slt");
  const byPhones = watchAll(MOUTH_MODELS);
  const track = await watch(sentences, LONG_SECONDS, true, byPhones);
  const { rows, ok } = rowsOf(byPhones, track, true);
  print(`By the engine's phones, ${LONG_SECONDS} s:\n\n${aligned([HEAD, ...rows])}\n`);
  for (const voice of ["slt", "rms"]) {
    const bySound = watchAll(MOUTH_MODELS.slice(0, 2));
    const heard = await sentencesOf(voice);
    const all = heard.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    const found = rowsOf(bySound, await watch(heard, all, false, bySound), false);
    print(`By the sound alone, voice ${voice}, ${Math.round(all)} s:\n\n${aligned([HEAD, ...found.rows])}\n`);
  }
  print(ok ? "By phones, all is as wanted." : "By phones, not all is as wanted.");
  if (!ok) Deno.exitCode = 1;
}
