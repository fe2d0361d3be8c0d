/** Which shape of the mouth a sound is made with, moment by moment. */
import { cepstraOf, type Spectra } from "./cepstrum.ts";

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

/** How much higher the formants may be than those of a tall man. */
export const WARPS: readonly number[] = [0.86, 0.93, 1, 1.08, 1.16, 1.25];
/** So many moments of usual speech are counted with those of a sound, whose voice is not known from a few. */
const USUAL_WEIGHT = 50;
/** What is louder than this share of the loudest tells what a voice is like. */
const VOICED = 0.15;

/** Loudness that a sound has in its louder moments. */
export function loudest(loudness: Float64Array): number {
  return loudness.toSorted()[Math.floor(loudness.length * 0.95)] ?? 0;
}

/** What is compared with the model: cepstra without what they have in common, and loudness beside the loudest. */
export function featuresOf(spectra: Spectra, warp: number, usual: readonly number[]): Float64Array[] {
  const { loudness } = spectra;
  const top = loudest(loudness);
  const cepstra = cepstraOf(spectra, warp);
  const mean = usual.map((value) => value * USUAL_WEIGHT);
  let count = USUAL_WEIGHT;
  cepstra.forEach((cepstrum, moment) => {
    if (loudness[moment]! <= VOICED * top) return;
    cepstrum.forEach((value, q) => mean[q]! += value);
    count++;
  });
  return cepstra.map((cepstrum, moment) =>
    cepstrum.map((value, q) => q === 0 ? Math.log((loudness[moment]! + 1e-4) / (top + 1e-4)) : value - mean[q]! / count)
  );
}

/** Log likelihood of each shape in each moment, by the length of the throat that fits best; null for no sound at all. */
export function likelihoods(spectra: Spectra, model: ShapeModel): Float64Array[] {
  const { loudness } = spectra;
  const threshold = VOICED * loudest(loudness);
  let best: { sum: number; scores: Float64Array[] } = { sum: -Infinity, scores: [] };
  for (const warp of WARPS) {
    const scores = featuresOf(spectra, warp, model.usual).map((features) => scoresOf(features, model));
    const sum = scores.reduce((sum, score, moment) => sum + (loudness[moment]! > threshold ? logSum(score) : 0), 0);
    if (sum > best.sum) best = { sum, scores };
  }
  return best.scores;
}

function scoresOf(features: Float64Array, { whitening, means }: ShapeModel): Float64Array {
  const white = whitening.map((row) => row.reduce((sum, weight, q) => sum + weight * features[q]!, 0));
  return Float64Array.from(means, (mean) => mean.reduce((sum, value, q) => sum - (white[q]! - value) ** 2 / 2, 0));
}

function logSum(scores: Float64Array): number {
  const top = Math.max(...scores);
  return top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
}
