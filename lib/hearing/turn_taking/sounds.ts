/** Sounds that are no words, by what they have in each band over their time. */

/** From this evenness of its spectrum on, in dB, a sound is a cough, a click or a rustle: voices have -8 and less. */
const EVEN = -6;
/** A voice that changes its spectrum less from moment to moment keeps its mouth shut. */
const STEADY = 0.38;

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

/** Whether a sound is a hum: a voice that says nothing. */
export function isHum(moments: readonly Float32Array[]): boolean {
  let change = 0;
  for (let moment = 1; moment < moments.length; moment++) {
    const [before, now] = [shapeOf(moments[moment - 1]!), shapeOf(moments[moment]!)];
    change += now.reduce((sum, one, band) => sum + Math.abs(one - before[band]!), 0);
  }
  return change / Math.max(1, moments.length - 1) < STEADY;
}

function shapeOf(powers: Float32Array): Float32Array {
  const sum = powers.reduce((all, one) => all + one, 1e-12);
  return powers.map((power) => Math.sqrt(power / sum));
}
