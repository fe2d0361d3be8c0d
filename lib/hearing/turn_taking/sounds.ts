/** Sounds that are no words, by what they have in each band over their time. */

/** From this evenness of its spectrum on, in dB, a sound is a cough, a click or a rustle: voices have -8 and less. */
const EVEN = -6;
/** Moments that are softer than the loudest by more than that, as power, are not looked at: 15 dB. */
const LOUD = 10 ** -1.5;
/** A mouth that stays shut lets no more of a voice's power out above this band, about 1300 Hz … */
const UPPER = 8;
const UPPER_SHARE = 0.1;
/** … in nearly all of its moments … */
const NEARLY_ALL = 0.9;
/** … and changes its spectrum no more than that. */
const STEADY = 0.9;
/** It is as loud nearly all the time, where words have gaps within. */
const LASTING = 0.8;

/**
 * Whether a sound is a noise: as loud in the high bands as in the low ones.
 *
 * @param moments powers of bands
 */
export function isNoise(moments: readonly Float32Array[]): boolean {
  const sums = (moments[0] ?? new Float32Array(0)).map((_, band) =>
    moments.reduce((sum, powers) => sum + powers[band]!, 1e-9)
  );
  const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
  const logarithm = sums.reduce((sum, one) => sum + Math.log10(one), 0) / sums.length;
  return 10 * (logarithm - Math.log10(mean)) > EVEN;
}

/**
 * Whether a sound is a hum: a voice that says nothing.
 *
 * @param moments powers of bands
 */
export function isHum(moments: readonly Float32Array[]): boolean {
  const levels = moments.map(sumOf);
  const least = LOUD * Math.max(...levels);
  const loud = moments.filter((_, moment) => levels[moment]! > least);
  if (loud.length < LASTING * moments.length) return false;
  const upper = loud.map((powers) => sumOf(powers.subarray(UPPER)) / sumOf(powers)).sort((a, b) => a - b);
  if (upper[Math.floor(NEARLY_ALL * upper.length)]! > UPPER_SHARE) return false;
  const shapes = loud.map((powers) => powers.map((power) => Math.sqrt(power / sumOf(powers))));
  const mean = shapes[0]!.map((_, band) => shapes.reduce((sum, shape) => sum + shape[band]!, 0) / shapes.length);
  const change = shapes.map((shape) => shape.reduce((sum, one, band) => sum + Math.abs(one - mean[band]!), 0));
  return change.reduce((sum, one) => sum + one, 0) / change.length < STEADY;
}

function sumOf(powers: Float32Array): number {
  return powers.reduce((sum, power) => sum + power, 1e-12);
}
