/**
 * Makes `web/voice/shape_model.ts`: what each shape of a mouth sounds like, learned from flite's voices, whose phones
 * and their times are known. Prints how often a voice is understood that was not learned from.
 */
import { FliteWorker } from "@/lib/voice/flite/flite_worker.ts";
import { visemesOf } from "@/lib/voice/flite/visemes.ts";
import { cepstraOf, COEFFICIENTS, HOP_MS, type Spectra, spectraOf, WARPS } from "@/web/voice/cepstrum.ts";
import { featuresOf, likelihoods, loudest, type ShapeModel, VOICED } from "@/web/voice/sound_shapes.ts";
import { HEARD, LEARNED } from "./spoken_corpus.ts";
import { print } from "@/lib/telemetry/log.ts";

/** Voices, with the length of their throats at first guess. */
const VOICES: Record<string, number> = { slt: 1.16, rms: 1, awb: 1, kal16: 1 };
const SHAPES = ["a", "i", "u", "e", "o", "narrow", "closed"];
const SIZE = COEFFICIENTS;

interface Example {
  voice: string;
  spectra: Spectra;
  /** Index of the shape in each moment; -1 for none of them. */
  shapes: number[];
}

async function examplesOf(worker: FliteWorker, voice: string, texts: readonly string[]): Promise<Example[]> {
  const examples: Example[] = [];
  for (const text of texts) {
    const job = { text, voice, rate: 1, pitch: 1 };
    const { samples, sampleRate, phones } = await worker.run(job, AbortSignal.timeout(60_000));
    const ms = samples.length * 1000 / sampleRate;
    // Kal's sound is a little shorter than its phones say.
    const scale = ms / 1000 / (phones.at(-1)?.end ?? 1);
    const visemes = visemesOf(phones.map(({ name, end }) => ({ name, end: end * Math.min(1, scale) })), ms);
    const spectra = atOnce(spectraOf(samples, sampleRate));
    const shapes = Array.from(
      spectra.loudness,
      (_, moment) => SHAPES.indexOf(visemes.findLast(({ at }) => at <= (moment + 0.5) * HOP_MS)?.shape ?? ""),
    );
    examples.push({ voice, spectra, shapes });
  }
  return examples;
}

/** What comes of work that is made of steps. */
function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Of values that stand one moment after the other, those of each moment. */
function moments(values: Float64Array, size: number): Float64Array[] {
  return Array.from(
    { length: values.length / size },
    (_, moment) => values.subarray(moment * size, (moment + 1) * size),
  );
}

function train(examples: readonly Example[]): ShapeModel {
  const warps = { ...VOICES };
  let model = fit(examples, warps);
  for (let round = 0; round < 2; round++) {
    for (const voice of new Set(examples.map((one) => one.voice))) warps[voice] = bestWarp(examples, voice, model);
    model = fit(examples, warps);
  }
  return model;
}

function bestWarp(examples: readonly Example[], voice: string, model: ShapeModel): number {
  const own = examples.filter((one) => one.voice === voice);
  const counts = WARPS.map((warp) =>
    own.reduce((sum, { spectra, shapes }) => {
      const features = moments(featuresOf(spectra, warp, model.usual), SIZE);
      return sum + features.reduce((sum, one, moment) => {
        const mean = model.means[shapes[moment] ?? -1];
        return mean === undefined ? sum : sum - distance(one, mean, model);
      }, 0);
    }, 0)
  );
  return WARPS[counts.indexOf(Math.max(...counts))] ?? 1;
}

function distance(features: Float64Array, mean: readonly number[], { whitening }: ShapeModel): number {
  return whitening.reduce((sum, row, q) => {
    const white = row.reduce((sum, weight, p) => sum + weight * features[p]!, 0);
    return sum + (white - mean[q]!) ** 2;
  }, 0);
}

function fit(examples: readonly Example[], warps: Record<string, number>): ShapeModel {
  const usual = new Array<number>(SIZE).fill(0);
  let loud = 0;
  for (const { voice, spectra } of examples) {
    const threshold = VOICED * loudest(spectra.loudness);
    moments(cepstraOf(spectra, warps[voice] ?? 1), SIZE).forEach((cepstrum, moment) => {
      if (spectra.loudness[moment]! <= threshold) return;
      cepstrum.forEach((value, q) => usual[q]! += value);
      loud++;
    });
  }
  for (let q = 0; q < SIZE; q++) usual[q]! /= loud;

  const groups: Float64Array[][] = SHAPES.map(() => []);
  for (const { voice, spectra, shapes } of examples) {
    const features = moments(featuresOf(spectra, warps[voice] ?? 1, usual), SIZE);
    features.forEach((one, moment) => groups[shapes[moment]!]?.push(one));
  }
  const means = groups.map((group) =>
    Array.from({ length: SIZE }, (_, q) => group.reduce((sum, one) => sum + one[q]!, 0) / group.length)
  );
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  const covariance = Array.from({ length: SIZE }, (_, p) =>
    Array.from({ length: SIZE }, (_, q) => {
      const sum = groups.reduce((sum, group, shape) =>
        sum + group.reduce((sum, one) => sum + (one[p]! - means[shape]![p]!) * (one[q]! - means[shape]![q]!), 0), 0);
      return sum / count * (p === q ? 1.01 : 1);
    }));
  const whitening = inverseOfLower(cholesky(covariance));
  return {
    shapes: SHAPES,
    usual: usual.map(rounded),
    whitening: whitening.map((row, q) => row.slice(0, q + 1).map(rounded)),
    means: means.map((mean) =>
      whitening.map((row) => rounded(row.reduce((sum, weight, q) => sum + weight * mean[q]!, 0)))
    ),
  };
}

/** The lower triangle whose square is the matrix. */
function cholesky(matrix: readonly number[][]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

function inverseOfLower(lower: readonly number[][]): number[][] {
  const inverse = lower.map((row) => row.map(() => 0));
  for (let column = 0; column < lower.length; column++) {
    for (let i = column; i < lower.length; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i]![k]! * inverse[k]![column]!;
      inverse[i]![column] = sum / lower[i]![i]!;
    }
  }
  return inverse;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** Share of moments in which a vowel is taken for the right one, among vowels. */
function understood(examples: readonly Example[], model: ShapeModel): number {
  let right = 0;
  let all = 0;
  for (const { spectra, shapes } of examples) {
    moments(atOnce(likelihoods(spectra, model)), SHAPES.length).forEach((scores, moment) => {
      const shape = shapes[moment] ?? -1;
      if (shape < 0 || shape > 4) return;
      const vowels = scores.subarray(0, 5);
      if (vowels.indexOf(Math.max(...vowels)) === shape) right++;
      all++;
    });
  }
  return right / all;
}

if (import.meta.main) {
  using worker = new FliteWorker();
  const learned: Example[] = [];
  const heard: Example[] = [];
  for (const voice of Object.keys(VOICES)) {
    learned.push(...await examplesOf(worker, voice, LEARNED));
    heard.push(...await examplesOf(worker, voice, HEARD));
  }
  for (const voice of Object.keys(VOICES)) {
    const model = train(learned.filter((one) => one.voice !== voice));
    const share = understood(heard.filter((one) => one.voice === voice), model);
    print(`${voice}, not learned from: ${Math.round(100 * share)} % of the vowels' moments are understood`);
  }
  const model = train(learned);
  print(`all learned from, other sentences: ${Math.round(100 * understood(heard, model))} %`);
  const text = `/** What each shape sounds like. Made by \`bench/train_shapes.ts\` from flite's voices. */
import type { ShapeModel } from "./sound_shapes.ts";

export const SHAPE_MODEL = ${JSON.stringify(model)} as const satisfies ShapeModel;
`;
  await Deno.writeTextFile(new URL("../web/voice/shape_model.ts", import.meta.url), text);
}
