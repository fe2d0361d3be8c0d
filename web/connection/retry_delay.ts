/** How long to wait before the next attempt: full jitter, so that a thousand pages do not come back in one moment. */

const MIN_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;

/**
 * Milliseconds to wait before attempt number `step`, counted from 0: somewhere from 500 ms up to a limit
 * that doubles with every step and stops at 20 s.
 *
 * @param random a number from 0 up to 1, as `Math.random` gives it
 */
export function retryDelay(step: number, random: () => number): number {
  // 2 ** 6 times the shortest is already past the longest; a larger exponent would only overflow.
  const spread = MIN_DELAY_MS * 2 ** Math.min(step, 6);
  return Math.min(MAX_DELAY_MS, MIN_DELAY_MS + random() * spread);
}
