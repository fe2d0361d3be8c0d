/** What a sound sounds like, moment by moment: mel-frequency cepstra, as recognisers of speech use them. */
import { RealFourier } from "@/lib/fourier.ts";

/** Milliseconds from one moment to the next. */
export const HOP_MS = 10;
/** Milliseconds that are looked at for each. */
const WINDOW_MS = 25;
/** How much of a sample's neighbour is taken off, for the higher formants are softer. */
const PRE_EMPHASIS = 0.97;
const BANDS = 20;
/** Coefficients of a cepstrum; the first tells how loud it is. */
export const COEFFICIENTS = 13;
/** Where the bands lie, in Hz: the vowels' formants, and most of what a sibilant is heard by. */
const LOWEST = 100;
const HIGHEST = 4000;
/** How much higher the formants may be than those of a tall man: voices of small people have short throats. */
export const WARPS: readonly number[] = [0.86, 0.93, 1, 1.08, 1.16, 1.25];

const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
const hertz = (mels: number) => 700 * (Math.exp(mels / 1127) - 1);

/** Edges of the bands in Hz: each reaches from its neighbour's middle to the other's. */
const EDGES = Array.from(
  { length: BANDS + 2 },
  (_, band) => hertz(mel(LOWEST) + (mel(HIGHEST) - mel(LOWEST)) * band / (BANDS + 1)),
);
/** Cosines of each coefficient, one after the other. */
const COSINES = Float64Array.from(
  { length: COEFFICIENTS * BANDS },
  (_, i) => Math.cos(Math.PI * Math.floor(i / BANDS) * (i % BANDS + 0.5) / BANDS) / BANDS,
);

export interface Spectra {
  /** Powers by frequency, moment after moment: as many for each as `bins` says. */
  powers: Float64Array;
  bins: number;
  /** Loudness (RMS) of each moment, in shares of full scale. */
  loudness: Float64Array;
  /** Hz between two values of a power spectrum. */
  step: number;
}

/** Spectra of a sound of 16 bit, one each {@linkcode HOP_MS}, a moment a step. */
export function* spectraOf(samples: Int16Array, sampleRate: number): Generator<void, Spectra> {
  const window = Math.round(sampleRate * WINDOW_MS / 1000);
  const size = 2 ** Math.ceil(Math.log2(window));
  const step = sampleRate / size;
  const bins = Math.min(size / 2, Math.ceil(HIGHEST * Math.max(...WARPS) / step));
  const transform = new RealFourier(size);
  const { input } = transform;
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / (window - 1)));
  const count = Math.max(1, Math.floor(samples.length * 1000 / sampleRate / HOP_MS));
  const loudness = new Float64Array(count);
  const powers = new Float64Array(count * bins);
  for (let moment = 0; moment < count; moment++) {
    const from = Math.round((moment + 0.5) * sampleRate * HOP_MS / 1000) - (window >> 1);
    let power = 0;
    let before = (samples[from - 1] ?? 0) / 32768;
    for (let i = 0; i < window; i++) {
      const sample = (samples[from + i] ?? 0) / 32768;
      power += sample * sample;
      input[i] = (sample - PRE_EMPHASIS * before) * hann[i]!;
      before = sample;
    }
    loudness[moment] = Math.sqrt(power / window);
    transform.powers(powers.subarray(moment * bins, (moment + 1) * bins));
    yield;
  }
  return { powers, bins, loudness, step };
}

/**
 * Cepstra of spectra, one after the other.
 *
 * @param warp how much higher than usual the formants are, of {@linkcode WARPS}
 */
export function cepstraOf({ powers, bins, loudness, step }: Spectra, warp: number): Float64Array {
  const triangles = trianglesOf(EDGES.map((hz) => hz * warp / step), bins);
  const bands = new Float64Array(BANDS);
  const cepstra = new Float64Array(loudness.length * COEFFICIENTS);
  for (let moment = 0; moment < loudness.length; moment++) {
    let band = 0;
    for (const { first, weights } of triangles) {
      const start = moment * bins + first;
      let sum = 1e-9;
      for (let k = 0; k < weights.length; k++) sum += powers[start + k]! * weights[k]!;
      bands[band++] = Math.log(sum);
    }
    // Above what the sound has, as at 8 kHz, it goes on as it ends.
    bands.fill(bands[band - 1]!, band);
    for (let q = 0; q < COEFFICIENTS; q++) {
      let sum = 0;
      for (let band = 0; band < BANDS; band++) sum += COSINES[q * BANDS + band]! * bands[band]!;
      cepstra[moment * COEFFICIENTS + q] = sum;
    }
  }
  return cepstra;
}

/** How much of a spectrum's values counts in a band. */
interface Triangle {
  first: number;
  weights: Float64Array;
}

/** Of all bands whose middle the spectrum has; the first one always counts. */
function trianglesOf(edges: readonly number[], bins: number): Triangle[] {
  const middles = edges.slice(1, -1).filter((middle, band) => band === 0 || middle < bins);
  return middles.map((middle, band) => {
    const [low, high] = [edges[band]!, edges[band + 2]!];
    const first = Math.ceil(low);
    const length = Math.max(0, Math.min(Math.ceil(high), bins) - first);
    const weightOf = (k: number) => k < middle ? (k - low) / (middle - low) : (high - k) / (high - middle);
    return { first, weights: Float64Array.from({ length }, (_, i) => weightOf(first + i)) };
  });
}
