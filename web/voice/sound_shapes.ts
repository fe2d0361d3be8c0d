/** Which shape of the mouth a sound is made with, moment by moment. */
import { cepstraOf, COEFFICIENTS, type Spectra, WARPS } from "./cepstrum.ts";

/** How the shapes sound: Gaussians around a mean each, with one covariance. Made by `bench/train_shapes.ts`. */
export interface ShapeModel {
  shapes: readonly string[];
  /** Cepstrum that is usual in speech. */
  usual: readonly number[];
  /** Rows of the lower triangle that makes all directions equally wide. */
  whitening: readonly (readonly number[])[];
  /** Mean of each shape, whitened. */
  means: readonly (readonly number[])[];
}

/** So many moments of usual speech are counted with those of a sound, whose voice is not known from a few. */
const USUAL_WEIGHT = 50;
/** What is louder than this share of the loudest tells what a voice is like. */
export const VOICED = 0.15;

/** Loudness that a sound has in its louder moments. */
export function loudest(loudness: Float64Array): number {
  return loudness.toSorted()[Math.floor(loudness.length * 0.95)] ?? 0;
}

/**
 * What is compared with the model, moment after moment: cepstra without what they have in common, and in place of the
 * first coefficient, loudness beside the loudest.
 */
export function featuresOf(spectra: Spectra, warp: number, usual: readonly number[]): Float64Array {
  const { loudness } = spectra;
  const top = loudest(loudness);
  const features = cepstraOf(spectra, warp);
  const mean = Float64Array.from(usual, (value) => value * USUAL_WEIGHT);
  let count = USUAL_WEIGHT;
  for (let moment = 0; moment < loudness.length; moment++) {
    if (loudness[moment]! <= VOICED * top) continue;
    for (let q = 0; q < COEFFICIENTS; q++) mean[q]! += features[moment * COEFFICIENTS + q]!;
    count++;
  }
  for (let moment = 0; moment < loudness.length; moment++) {
    const at = moment * COEFFICIENTS;
    features[at] = Math.log((loudness[moment]! + 1e-4) / (top + 1e-4));
    for (let q = 1; q < COEFFICIENTS; q++) features[at + q]! -= mean[q]! / count;
  }
  return features;
}

/**
 * Log likelihoods of the shapes, moment after moment, by the length of the throat that fits best; a length a step. None
 * for no sound at all.
 */
export function* likelihoods(spectra: Spectra, model: ShapeModel): Generator<void, Float64Array> {
  const { loudness } = spectra;
  const threshold = VOICED * loudest(loudness);
  const count = model.shapes.length;
  let best: { sum: number; scores: Float64Array } = { sum: -Infinity, scores: new Float64Array() };
  for (const warp of WARPS) {
    const scores = scoresOf(featuresOf(spectra, warp, model.usual), model);
    let sum = 0;
    for (let moment = 0; moment < loudness.length; moment++) {
      if (loudness[moment]! > threshold) sum += logSum(scores.subarray(moment * count, (moment + 1) * count));
    }
    if (sum > best.sum) best = { sum, scores };
    yield;
  }
  return best.scores;
}

function scoresOf(features: Float64Array, { whitening, means }: ShapeModel): Float64Array {
  const moments = features.length / COEFFICIENTS;
  const scores = new Float64Array(moments * means.length);
  const white = new Float64Array(COEFFICIENTS);
  for (let moment = 0; moment < moments; moment++) {
    for (let p = 0; p < COEFFICIENTS; p++) {
      const row = whitening[p]!;
      let sum = 0;
      for (let q = 0; q < row.length; q++) sum += row[q]! * features[moment * COEFFICIENTS + q]!;
      white[p] = sum;
    }
    for (let shape = 0; shape < means.length; shape++) {
      const mean = means[shape]!;
      let sum = 0;
      for (let p = 0; p < COEFFICIENTS; p++) sum -= (white[p]! - mean[p]!) ** 2 / 2;
      scores[moment * means.length + shape] = sum;
    }
  }
  return scores;
}

function logSum(scores: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < scores.length; i++) top = Math.max(top, scores[i]!);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp(scores[i]! - top);
  return top + Math.log(sum);
}
