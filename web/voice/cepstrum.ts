/** What a sound sounds like, moment by moment: mel-frequency cepstra, as recognisers of speech use them. */

/** Milliseconds from one moment to the next. */
export const HOP_MS = 10;
/** Milliseconds that are looked at for each. */
const WINDOW_MS = 25;
const BANDS = 20;
/** Coefficients of a cepstrum; the first tells how loud it is. */
export const COEFFICIENTS = 13;
/** Where the bands lie, in Hz: the vowels' formants, and most of what a sibilant is heard by. */
const LOWEST = 100;
const HIGHEST = 4000;

const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
const hertz = (mels: number) => 700 * (Math.exp(mels / 1127) - 1);

/** Edges of the bands in Hz: each reaches from its neighbour's middle to the other's. */
const EDGES = Array.from(
  { length: BANDS + 2 },
  (_, band) => hertz(mel(LOWEST) + (mel(HIGHEST) - mel(LOWEST)) * band / (BANDS + 1)),
);
const COSINES = Array.from(
  { length: COEFFICIENTS },
  (_, q) => Float64Array.from({ length: BANDS }, (_, band) => Math.cos(Math.PI * q * (band + 0.5) / BANDS) / BANDS),
);

export interface Spectra {
  /** Power by frequency for each moment. */
  powers: Float64Array[];
  /** Loudness (RMS) of each moment, in shares of full scale. */
  loudness: Float64Array;
  /** Hz between two values of a power spectrum. */
  step: number;
}

/** Spectra of a sound of 16 bit, one each {@linkcode HOP_MS}. */
export function spectraOf(samples: Int16Array, sampleRate: number): Spectra {
  const window = Math.round(sampleRate * WINDOW_MS / 1000);
  const size = 2 ** Math.ceil(Math.log2(window));
  const transform = new Fourier(size);
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / (window - 1)));
  const count = Math.max(1, Math.floor(samples.length * 1000 / sampleRate / HOP_MS));
  const loudness = new Float64Array(count);
  const powers = Array.from({ length: count }, (_, moment) => {
    const from = Math.round((moment + 0.5) * sampleRate * HOP_MS / 1000) - (window >> 1);
    const { re, im } = transform;
    re.fill(0);
    im.fill(0);
    let power = 0;
    let before = (samples[from - 1] ?? 0) / 32768;
    for (let i = 0; i < window; i++) {
      const sample = (samples[from + i] ?? 0) / 32768;
      power += sample * sample;
      re[i] = (sample - 0.97 * before) * hann[i]!;
      before = sample;
    }
    loudness[moment] = Math.sqrt(power / window);
    transform.run();
    return Float64Array.from({ length: size / 2 }, (_, k) => re[k]! ** 2 + im[k]! ** 2);
  });
  return { powers, loudness, step: sampleRate / size };
}

/**
 * Cepstra of spectra.
 *
 * @param warp how much higher than usual the formants are: voices of small people have short throats
 */
export function cepstraOf({ powers, step }: Spectra, warp: number): Float64Array[] {
  const edges = EDGES.map((hz) => hz * warp / step);
  return powers.map((power) => {
    const bands = new Float64Array(BANDS);
    for (let band = 0; band < BANDS; band++) {
      const [low = 0, middle = 0, high = 0] = edges.slice(band, band + 3);
      let sum = 1e-9;
      for (let k = Math.ceil(low); k < high && k < power.length; k++) {
        sum += power[k]! * (k < middle ? (k - low) / (middle - low) : (high - k) / (high - middle));
      }
      // Above what the sound has, as at 8 kHz, it goes on as it ends.
      bands[band] = middle < power.length || band === 0 ? Math.log(sum) : bands[band - 1]!;
    }
    return Float64Array.from(
      COSINES,
      (cosines) => cosines.reduce((sum, cosine, band) => sum + cosine * bands[band]!, 0),
    );
  });
}

/** A fast Fourier transform in place, for a size that is a power of two. */
class Fourier {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly #size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos(2 * Math.PI * k / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin(2 * Math.PI * k / size));
  }

  run(): void {
    const { re, im } = this;
    const size = this.#size;
    for (let i = 1, j = 0; i < size; i++) {
      let bit = size >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
    for (let length = 2; length <= size; length *= 2) {
      const half = length / 2;
      const stride = size / length;
      for (let i = 0; i < size; i++) {
        if (i & half) continue;
        const cos = this.#cos[(i % half) * stride]!;
        const sin = this.#sin[(i % half) * stride]!;
        const [a, b] = [re[i + half]!, im[i + half]!];
        const x = a * cos - b * sin;
        const y = a * sin + b * cos;
        re[i + half] = re[i]! - x;
        im[i + half] = im[i]! - y;
        re[i] = re[i]! + x;
        im[i] = im[i]! + y;
      }
    }
  }
}
