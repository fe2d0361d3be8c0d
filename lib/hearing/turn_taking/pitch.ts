/** The pitch of a voice, by how well a sound goes on like itself (normalised autocorrelation). */

/** Lowest and highest voices, in Hz. */
const LOWEST = 65;
const HIGHEST = 420;
/** The sound is looked at with every second sample left out: no voice is higher than what is left. */
const THINNING = 2;
/** Milliseconds that are compared with what follows them. */
const WINDOW_MS = 32;
/** A shorter period is taken as long as it fits so well, of the best: twice a period fits as well as the period. */
const NEARLY = 0.85;

/** What a moment of sound is like. */
export interface Pitch {
  /** Hz; 0 where nothing repeats. */
  hz: number;
  /** How much of it repeats itself: 0 to 1. Vowels have more than 0.7, breath and noise less than 0.4. */
  clarity: number;
}

/** Samples that {@linkcode pitchOf} looks at, at a rate of so many a second. */
export function pitchSamples(sampleRate: number): number {
  return Math.ceil(sampleRate * (WINDOW_MS / 1000 + 1 / LOWEST));
}

/** The pitch of the last {@linkcode pitchSamples} of a sound. */
export function pitchOf(samples: Float32Array, sampleRate: number): Pitch {
  const thin = thinned(samples.subarray(Math.max(0, samples.length - pitchSamples(sampleRate))));
  const rate = sampleRate / THINNING;
  const window = Math.min(Math.round(rate * WINDOW_MS / 1000), thin.length);
  const [shortest, longest] = [Math.floor(rate / HIGHEST), Math.min(Math.ceil(rate / LOWEST), thin.length - window)];
  const fits = new Float64Array(longest + 1);
  let [own, shifted] = [0, 0];
  for (let i = 0; i < window; i++) own += thin[i]! ** 2;
  shifted = own;
  let best = 0;
  for (let lag = 1; lag <= longest; lag++) {
    shifted += thin[lag + window - 1]! ** 2 - thin[lag - 1]! ** 2;
    if (lag < shortest) continue;
    let sum = 0;
    for (let i = 0; i < window; i++) sum += thin[i]! * thin[i + lag]!;
    fits[lag] = sum / (Math.sqrt(own * shifted) + 1e-9);
    best = Math.max(best, fits[lag]!);
  }
  if (best <= 0) return { hz: 0, clarity: 0 };
  for (let lag = shortest + 1; lag < longest; lag++) {
    const [before, fit, after] = [fits[lag - 1]!, fits[lag]!, fits[lag + 1]!];
    if (fit < NEARLY * best || fit < before || fit < after) continue;
    // Between two samples, at the top of the curve through three of them.
    const bend = before - 2 * fit + after;
    return { hz: rate / (lag + (bend < 0 ? (before - after) / (2 * bend) : 0)), clarity: Math.min(1, fit) };
  }
  return { hz: 0, clarity: best };
}

/** Each two samples as one, and what does not change left out. */
function thinned(samples: Float32Array): Float64Array {
  const thin = new Float64Array(Math.floor(samples.length / THINNING));
  let mean = 0;
  for (let i = 0; i < thin.length; i++) mean += thin[i] = samples[2 * i]! + samples[2 * i + 1]!;
  mean /= Math.max(1, thin.length);
  for (let i = 0; i < thin.length; i++) thin[i]! -= mean;
  return thin;
}
