/** Forces a number into a range. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/**
 * Moves a value towards a target, by the same path whatever the frame rate.
 *
 * @param tau Seconds after which 63 % of the way is done
 * @param seconds Time that has passed
 */
export function approach(value: number, target: number, tau: number, seconds: number): number {
  return target + (value - target) * Math.exp(-seconds / tau);
}

/** Goes from `from` to `to` as `share` goes from 0 to 1. */
export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
